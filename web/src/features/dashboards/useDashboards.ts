import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { DashboardSummary } from "../../api/dashboards";
import { dashboards } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** The dashboards of the project: the ready-made ones first, then its own by name. */
export function useDashboards() {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: [...dashboards(project), "list"],
    staleTime: 60_000,
    queryFn: async ({ signal }) => (await api<DashboardSummary[]>("/dashboards", { params: { project }, signal })).data,
  });
}
