import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import { CATALOGUE } from "./keys";
import type { Catalogue, CatalogueMetric } from "./types";

/** What the metrics mean: labels, units, directions, status bands. */
export function useCatalogue() {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: CATALOGUE,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const { data } = await api<Catalogue>("/metrics/catalogue", { params: { project }, signal });
      return new Map<string, CatalogueMetric>(data.metrics.map((metric) => [metric.key, metric]));
    },
  });
}
