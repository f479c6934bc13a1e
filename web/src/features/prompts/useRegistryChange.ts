import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { registry } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

interface Write {
  path: string;
  method?: "POST" | "PATCH";
  body?: unknown;
}

/** Changes the registry; everything that shows it is asked again before the change is reported done. */
export function useRegistryChange<Answer>() {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  return useMutation<Answer, Error, Write>({
    mutationFn: async ({ path, method = "POST", body }) =>
      (await api<Answer>(path, { method, params: { project: id }, ...(body === undefined ? {} : { body }) })).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: registry(id) }),
  });
}
