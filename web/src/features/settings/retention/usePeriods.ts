import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import { settings } from "../../../api/keys";
import type { Periods } from "../../../api/types";
import { useProject } from "../../../state/ProjectContext";

const LOOK_AGAIN_MS = 5000;

export function usePeriods() {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Periods>({
    queryKey: settings(id, "periods"),
    queryFn: async ({ signal }) => (await api<Periods>("/retention/periods", { params: { project: id }, signal })).data,
    refetchInterval: ({ state }) => (state.data?.run.status === "running" ? LOOK_AGAIN_MS : false),
  });
}
