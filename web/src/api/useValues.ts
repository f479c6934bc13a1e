import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import type { QueryResult } from "./types";

const DAY_MS = 86_400_000;
const SPAN_DAYS = 31;

/** Values a dimension had in the last month, the busiest first; null is "not given". `ask` false: what is known already. */
export function useValues(dimension: string, ask = true) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: ["project", id, "values", dimension],
    staleTime: 300_000,
    enabled: ask,
    queryFn: async ({ signal }) => {
      const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
      const { data } = await api<QueryResult>("/query", {
        method: "POST",
        params: { project: id },
        body: {
          metrics: ["total_requests"],
          start: new Date(midnight - SPAN_DAYS * DAY_MS).toISOString(),
          end: new Date(midnight).toISOString(),
          by: [dimension],
          limit: 500,
        },
        signal,
      });
      return data.groups.map((group) => group[dimension] ?? null);
    },
  });
}
