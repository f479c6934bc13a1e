import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { promptNames, registry } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

interface Write {
  path: string;
  method?: "POST" | "PATCH";
  body?: unknown;
}

/**
 * Changes the registry; everything that shows it is asked again before the change is reported done. `onDone` runs also
 * when the change has taken away the component that asked for it; callbacks of `mutate` do not.
 */
export function useRegistryChange<Answer>(onDone?: (answer: Answer) => void) {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  return useMutation<Answer, Error, Write>({
    mutationFn: async ({ path, method = "POST", body }) =>
      (await api<Answer>(path, { method, params: { project: id }, ...(body === undefined ? {} : { body }) })).data,
    onSuccess: async (answer) => {
      void queries.invalidateQueries({ queryKey: promptNames(id) });
      await queries.invalidateQueries({ queryKey: registry(id) });
      onDone?.(answer);
    },
  });
}
