import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Dashboard } from "../../api/dashboards";
import { dashboard } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** A dashboard as it is saved. */
export function useDashboard(id: string) {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: [...dashboard(project, id), "itself"],
    queryFn: async ({ signal }) =>
      (await api<Dashboard>(`/dashboards/${encodeURIComponent(id)}`, { params: { project }, signal })).data,
  });
}
