import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import type { Failures } from "./analysis";
import { useApi } from "./ApiContext";
import { traffic } from "./keys";
import type { components } from "./openapi";

type Question = components["schemas"]["ErrorsIn"];
export type FailuresQuery = Pick<Question, "start" | "end"> & Partial<Question>;

/** What failed calls say. While another answer is fetched, the last one of this project stays. */
export function useFailures(query: FailuresQuery) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Failures>({
    queryKey: [...traffic(id), "failures", query],
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) =>
      (await api<Failures>("/query/errors", { method: "POST", params: { project: id }, body: query, signal })).data,
  });
}
