import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import { promptNames } from "./keys";
import type { Prompt } from "./types";

const MOST = 500;

/** Names of the registry's prompts, the one changed last first. Known early, so that the palette finds them at once.
 * `ask` false: what is known already. */
export function usePromptNames(ask = true) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: promptNames(id),
    staleTime: 300_000,
    enabled: ask,
    queryFn: async ({ signal }) => {
      const { data } = await api<Prompt[]>("/prompts", { params: { project: id, limit: MOST }, signal });
      return data.map(({ name }) => name);
    },
  });
}
