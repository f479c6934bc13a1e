import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import { catalogue } from "./keys";
import type { Catalogue } from "./types";

/** What `select` takes out of the catalogue: metrics with the project's own, fields, functions, dimensions. */
export function useWholeCatalogue<Part>(select: (whole: Catalogue) => Part) {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: catalogue(project),
    staleTime: 300_000,
    queryFn: async ({ signal }) => (await api<Catalogue>("/metrics/catalogue", { params: { project }, signal })).data,
    select,
  });
}
