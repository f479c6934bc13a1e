import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { settings } from "../../api/keys";
import type { NewApiKey, Scope } from "../../api/types";
import { useProject } from "../../state/ProjectContext";

export function useCreateKey() {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  return useMutation({
    mutationFn: async (key: { name: string; scopes: Scope[] }) =>
      (await api<NewApiKey>("/keys", { method: "POST", params: { project: id }, body: { project: id, ...key } })).data,
    onSuccess: () => void queries.invalidateQueries({ queryKey: settings(id, "keys") }),
  });
}
