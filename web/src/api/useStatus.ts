import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import { traffic } from "./keys";
import type { Status } from "./types";

/** What the project has stored. `pollMs` asks again that often. */
export function useStatus(pollMs?: number) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Status>({
    queryKey: [...traffic(id), "status"],
    refetchInterval: pollMs ?? false,
    queryFn: async ({ signal }) => (await api<Status>("/status", { params: { project: id }, signal })).data,
  });
}
