import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import type { Failures } from "./analysis";
import { useApi } from "./ApiContext";
import { traffic } from "./keys";
import type { components } from "./openapi";

type Question = components["schemas"]["ErrorsIn"];
export type FailuresQuery = Pick<Question, "start" | "end"> & Partial<Question>;

/** What failed calls say. While another answer is fetched, the last one of this project stays. `ask` false: what is known
 * already. */
export function useFailures(query: FailuresQuery, ask = true) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Failures>({
    queryKey: [...traffic(id), "failures", query],
    enabled: ask,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) =>
      (await api<Failures>("/query/errors", { method: "POST", params: { project: id }, body: query, signal })).data,
  });
}
