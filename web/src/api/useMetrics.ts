import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useView } from "../state/useView";
import { useApi } from "./ApiContext";
import { traffic } from "./keys";
import type { Query, QueryResult } from "./types";

export interface Answered extends QueryResult {
  groups_total: number;
}

/** Seconds; less than between two refreshes of a live page. */
const LIVE_AGE_S = 2;

/** A metric query of the current project. While another is fetched, the last answer of this project stays.
 * `ask` false: what is known already. */
export function useMetrics(query: Query, ask = true) {
  const api = useApi();
  const { id } = useProject();
  const { live } = useView().view;
  return useQuery<Answered>({
    queryKey: [...traffic(id), "query", query],
    enabled: ask,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }): Promise<Answered> => {
      const { data, meta } = await api<QueryResult>("/query", {
        method: "POST",
        params: { project: id },
        body: query,
        signal,
        // what many watch at once is computed once
        ...(live ? { maxAge: LIVE_AGE_S } : {}),
      });
      const total = meta["groups_total"];
      return { ...data, groups_total: typeof total === "number" ? total : data.groups.length };
    },
  });
}
