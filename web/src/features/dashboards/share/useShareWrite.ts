import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { Request } from "../../../api/client";
import type { Share } from "../../../api/dashboards";
import { dashboards } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";

interface Write {
  /** After the dashboard's links: "", "/{id}". */
  path: string;
  method: "POST" | "DELETE";
  body?: unknown;
}

/** Makes or revokes a link of a dashboard. */
export function useShareWrite(dashboard: string) {
  const api = useApi();
  const queries = useQueryClient();
  const project = useProject().id;
  return useMutation<Share | null, Error, Write>({
    mutationFn: async ({ path, method, body }) => {
      const request: Request = { method, params: { project } };
      if (body !== undefined) request.body = body;
      return (await api<Share | null>(`/dashboards/${encodeURIComponent(dashboard)}/shares${path}`, request)).data;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: dashboards(project) }),
  });
}
