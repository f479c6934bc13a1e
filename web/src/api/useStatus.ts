import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import { traffic } from "./keys";
import type { Status } from "./types";

/** What the project has stored. `pollMs` asks again that often; `ask` false: what is known already. */
export function useStatus(pollMs?: number, ask = true) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Status>({
    queryKey: [...traffic(id), "status"],
    enabled: ask,
    refetchInterval: pollMs ?? false,
    queryFn: async ({ signal }) => (await api<Status>("/status", { params: { project: id }, signal })).data,
  });
}
