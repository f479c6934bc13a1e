import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { registry } from "../../api/keys";
import type { Prompt } from "../../api/types";
import { useProject } from "../../state/ProjectContext";

/** The prompt of a name, archived or not; null when the registry has none. */
export function usePrompt(name: string) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Prompt | null>({
    queryKey: [...registry(id), "prompt", name],
    queryFn: async ({ signal }) => {
      const named = async (archived: boolean) =>
        (await api<Prompt[]>("/prompts", { params: { project: id, name, archived }, signal })).data[0];
      return (await named(false)) ?? (await named(true)) ?? null;
    },
  });
}
