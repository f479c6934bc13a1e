import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Dashboard } from "../../api/dashboards";
import { dashboard } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** A dashboard as it is saved. `fresh`: as it is saved now, not as it was a moment ago. */
export function useDashboard(id: string, fresh = false) {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: [...dashboard(project, id), "itself"],
    refetchOnMount: fresh ? "always" : true,
    queryFn: async ({ signal }) =>
      (await api<Dashboard>(`/dashboards/${encodeURIComponent(id)}`, { params: { project }, signal })).data,
  });
}
