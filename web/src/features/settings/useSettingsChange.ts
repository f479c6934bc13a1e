import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { settings } from "../../api/keys";
import type { Params, Request } from "../../api/client";
import { useProject } from "../../state/ProjectContext";

export interface Write {
  path: string;
  method: NonNullable<Request["method"]>;
  params?: Params;
  body?: unknown;
}

/** Writes to the API and shows the list of `part` as it is after that. */
export function useSettingsChange<Answer>(part: string) {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  return useMutation<Answer, Error, Write>({
    mutationFn: async ({ path, ...request }) => (await api<Answer>(path, request)).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: settings(id, part) }),
  });
}
