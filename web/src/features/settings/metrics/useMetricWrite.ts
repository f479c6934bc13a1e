import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { Request } from "../../../api/client";
import type { CustomMetric } from "../../../api/dashboards";
import { catalogue, settings, traffic } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";

interface Write {
  /** After /metrics/custom: "", "/{id}". */
  path: string;
  method: "POST" | "PATCH" | "DELETE";
  body?: unknown;
}

/** Makes, changes or deletes a metric of the project; all that shows it is asked again. */
export function useMetricWrite() {
  const api = useApi();
  const queries = useQueryClient();
  const project = useProject().id;
  return useMutation<CustomMetric | null, Error, Write>({
    mutationFn: async ({ path, method, body }) => {
      const request: Request = { method, params: { project } };
      if (body !== undefined) request.body = body;
      return (await api<CustomMetric | null>(`/metrics/custom${path}`, request)).data;
    },
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: settings(project, "metrics") }),
        queries.invalidateQueries({ queryKey: catalogue(project) }),
        queries.invalidateQueries({ queryKey: traffic(project) }),
      ]),
  });
}
