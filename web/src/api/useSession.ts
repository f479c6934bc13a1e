import { queryOptions, useQuery } from "@tanstack/react-query";
import { useApi } from "./ApiContext";
import type { Api } from "./client";
import { SESSION } from "./keys";
import type { Session } from "./types";

/** Who is signed in; null when nobody is. */
export function sessionQuery(api: Api) {
  return queryOptions({
    queryKey: SESSION,
    staleTime: Infinity,
    queryFn: async ({ signal }) => (await api<Session | null>("/session", { signal })).data,
  });
}

/** `ask` false: what is known already. */
export function useSession(ask = true) {
  return useQuery({ ...sessionQuery(useApi()), enabled: ask });
}
