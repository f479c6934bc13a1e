import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { SESSION } from "../../api/keys";
import type { Session } from "../../api/types";

type Credentials = { email: string; password: string } | { token: string };

export function useSignIn() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (credentials: Credentials) => {
      const path = "token" in credentials ? "/session/link" : "/session";
      return (await api<Session>(path, { method: "POST", body: credentials })).data;
    },
    onSuccess: (session) => {
      // nobody may see what the person before saw; here no page is open that would ask for it again
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
      queries.setQueryData(SESSION, session);
    },
  });
}
