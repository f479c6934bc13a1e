import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Targets } from "../../api/analysis";
import { useApi } from "../../api/ApiContext";
import { settings } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** The project's latency targets, and how to change them. */
export function useTargets() {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  const queryKey = settings(id, "targets");
  const targets = useQuery<Targets>({
    queryKey,
    queryFn: async ({ signal }) => (await api<Targets>("/metrics/targets", { params: { project: id }, signal })).data,
  });
  const change = useMutation<Targets, Error, Targets>({
    mutationFn: async (body) =>
      (await api<Targets>("/metrics/targets", { method: "PUT", params: { project: id }, body })).data,
    onSuccess: (changed) => queries.setQueryData(queryKey, changed),
  });
  return { targets, change };
}
