import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Request } from "../../api/client";
import { costs } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

interface Write {
  /** Below /costs. */
  path: string;
  method: NonNullable<Request["method"]>;
  body?: unknown;
}

/** Writes to the costs API; what is shown of costs is asked again. */
export function useCostWrite<Answer>() {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  return useMutation<Answer, Error, Write>({
    mutationFn: async ({ path, method, body }) =>
      (
        await api<Answer>(`/costs/${path}`, {
          method,
          params: { project: id },
          ...(body === undefined ? {} : { body }),
        })
      ).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: costs(id) }),
  });
}
