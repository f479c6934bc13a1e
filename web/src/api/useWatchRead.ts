import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import type { Params } from "./client";
import { watch } from "./keys";

/** They change by themselves; the live stream tells sooner. */
const EVERY_MS = 30_000;

/** What alerts, incidents, objectives, policies or channels answer for this project, kept fresh. */
export function useWatchRead<Answer>(path: string, params: Params = {}, enabled = true) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Answer>({
    queryKey: [...watch(id), path, params],
    enabled,
    refetchInterval: EVERY_MS,
    placeholderData: (last, lastQuery) =>
      lastQuery?.queryKey[1] === id && lastQuery.queryKey[3] === path ? last : undefined,
    queryFn: async ({ signal }) => (await api<Answer>(path, { params: { project: id, ...params }, signal })).data,
  });
}
