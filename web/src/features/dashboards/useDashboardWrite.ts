import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Request } from "../../api/client";
import type { Dashboard } from "../../api/dashboards";
import { dashboard, dashboards } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

interface Write {
  /** After /dashboards: "", "/import", "/{id}", "/{id}/duplicate". */
  path: string;
  method: "POST" | "PUT" | "DELETE";
  body?: unknown;
}

/** Makes, changes or deletes a dashboard; the list and its page show it as it is after that. */
export function useDashboardWrite() {
  const api = useApi();
  const queries = useQueryClient();
  const project = useProject().id;
  return useMutation<Dashboard | undefined, Error, Write>({
    mutationFn: async ({ path, method, body }) => {
      const request: Request = { method, params: { project } };
      if (body !== undefined) request.body = body;
      return (await api<Dashboard | undefined>(`/dashboards${path}`, request)).data;
    },
    onSuccess: async (answer, { method }) => {
      if (answer != null) queries.setQueryData([...dashboard(project, answer.id), "itself"], answer);
      await queries.invalidateQueries({
        queryKey: dashboards(project),
        // what was deleted is not asked for again: its page is on its way out
        predicate: ({ queryKey }) => method !== "DELETE" || queryKey[3] === "list",
      });
    },
  });
}
