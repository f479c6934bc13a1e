import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { SESSION } from "../../api/keys";

export function useSignOut() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      // what is still asked would be refused
      await queries.cancelQueries();
      await api("/session", { method: "DELETE" });
    },
    onSuccess: () => {
      queries.setQueryData(SESSION, null);
    },
    onError: () => queries.invalidateQueries(),
  });
}
