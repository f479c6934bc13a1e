import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import type { Request } from "./client";
import { watch } from "./keys";

/** Where the keys of `useWatchRead` have the path. */
const PATH = 3;

export interface Write {
  path: string;
  method: NonNullable<Request["method"]>;
  body?: unknown;
}

/** Writes to alerts, incidents, objectives, policies or channels; what is shown of them is asked again. */
export function useWatchWrite<Answer>() {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  return useMutation<Answer, Error, Write>({
    mutationFn: async ({ path, method, body }) =>
      (await api<Answer>(path, { method, params: { project: id }, ...(body === undefined ? {} : { body }) })).data,
    onSuccess: (_, { path, method }) =>
      queries.invalidateQueries({
        queryKey: watch(id),
        // what was deleted is not asked for again: its page is on its way out
        predicate: ({ queryKey }) => method !== "DELETE" || !String(queryKey[PATH]).startsWith(path),
      }),
  });
}
