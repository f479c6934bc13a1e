import { useQuery } from "@tanstack/react-query";
import { useApi } from "./ApiContext";
import { ApiError } from "./client";
import { SESSION } from "./keys";
import type { Session } from "./types";

/** Who is signed in; null when nobody is. `ask` false: what is known already. */
export function useSession(ask = true) {
  const api = useApi();
  return useQuery({
    queryKey: SESSION,
    enabled: ask,
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Session | null> => {
      try {
        return (await api<Session>("/session", { signal })).data;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
  });
}
