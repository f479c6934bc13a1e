import { useQuery } from "@tanstack/react-query";
import { useApi } from "./ApiContext";
import { SESSION } from "./keys";
import type { Session } from "./types";

/** Who is signed in; null when nobody is. `ask` false: what is known already. */
export function useSession(ask = true) {
  const api = useApi();
  return useQuery({
    queryKey: SESSION,
    enabled: ask,
    staleTime: Infinity,
    queryFn: async ({ signal }) => (await api<Session | null>("/session", { signal })).data,
  });
}
