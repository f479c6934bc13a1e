import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { SESSION } from "../../api/keys";

export function useSignOut() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api("/session", { method: "DELETE" }),
    onSuccess: () => {
      queries.setQueryData(SESSION, null);
      // the next person must not see what this one saw
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
    },
  });
}
