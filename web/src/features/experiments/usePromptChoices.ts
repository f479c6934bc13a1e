import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { registry } from "../../api/keys";
import type { Prompt } from "../../api/types";
import { useProject } from "../../state/ProjectContext";

const MOST = 1000;

/** The prompts that a variant may serve, by name. */
export function usePromptChoices() {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: [...registry(id), "choices"],
    queryFn: async ({ signal }) => {
      const { data } = await api<Prompt[]>("/prompts", { params: { project: id, limit: MOST }, signal });
      return data;
    },
  });
}
