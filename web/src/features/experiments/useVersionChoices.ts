import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { registry } from "../../api/keys";
import type { PromptVersion } from "../../api/types";
import { useProject } from "../../state/ProjectContext";

/** Of the API; older ones are seldom tried again. */
const MOST = 100;

/** The newest versions of a prompt, newest first; asks nothing while `promptId` is null. */
export function useVersionChoices(promptId: string | null) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: [...registry(id), "version choices", promptId],
    enabled: promptId !== null,
    queryFn: async ({ signal }) => {
      const path = `/prompts/${encodeURIComponent(promptId ?? "")}/versions`;
      const { data } = await api<PromptVersion[]>(path, { params: { project: id, limit: MOST }, signal });
      return [...data].sort((a, b) => b.number - a.number);
    },
  });
}
