import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import type { Distribution } from "./analysis";
import { useApi } from "./ApiContext";
import { traffic } from "./keys";
import type { components } from "./openapi";

type Question = components["schemas"]["HistogramIn"];
export type DistributionQuery = Pick<Question, "field" | "start" | "end"> & Partial<Question>;

/** How often a number of calls takes which values. While another is fetched, the last answer of this project stays.
 * `ask` false: what is known already. */
export function useDistribution(query: DistributionQuery, ask = true) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Distribution>({
    queryKey: [...traffic(id), "distribution", query],
    enabled: ask,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) =>
      (
        await api<Distribution>("/query/distribution", {
          method: "POST",
          params: { project: id },
          body: query,
          signal,
        })
      ).data,
  });
}
