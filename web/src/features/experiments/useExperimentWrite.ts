import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Request } from "../../api/client";
import type { Experiment } from "../../api/experiments";
import { experiment, experiments, registry } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

export interface ExperimentWrite {
  /** After /experiments: "", "/{id}", "/{id}/start". */
  path: string;
  method: "POST" | "PATCH" | "DELETE";
  body?: unknown;
}

/** Changes an experiment, and shows it and all that depends on it as they are after that. */
export function useExperimentWrite() {
  const api = useApi();
  const queries = useQueryClient();
  const project = useProject().id;
  return useMutation<Experiment | undefined, Error, ExperimentWrite>({
    mutationFn: async ({ path, method, body }) => {
      const request: Request = { method, params: { project } };
      if (body !== undefined) request.body = body;
      return (await api<Experiment | undefined>(`/experiments${path}`, request)).data;
    },
    onSuccess: async (answer, { method }) => {
      if (answer != null) queries.setQueryData([...experiment(project, answer.id), "itself"], answer);
      await Promise.all([
        // what was deleted is not asked for again: its page is on its way out
        queries.invalidateQueries({
          queryKey: experiments(project),
          refetchType: method === "DELETE" ? "none" : "active",
        }),
        queries.invalidateQueries({ queryKey: registry(project) }),
      ]);
    },
  });
}
