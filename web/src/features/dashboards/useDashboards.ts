import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { DashboardSummary } from "../../api/dashboards";
import { dashboards } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** The dashboards of the project: the ready-made ones first, then its own by name. `ask` false: what is known already. */
export function useDashboards(ask = true) {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: [...dashboards(project), "list"],
    staleTime: 60_000,
    enabled: ask,
    queryFn: async ({ signal }) => (await api<DashboardSummary[]>("/dashboards", { params: { project }, signal })).data,
  });
}
