import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { registry } from "../../api/keys";
import type { Prompt } from "../../api/types";
import { useProject } from "../../state/ProjectContext";

/** More are found by searching. */
export const MOST_PROMPTS = 500;

interface Prompts {
  rows: Prompt[];
  /** How many there are, also beyond those that are listed. */
  total: number;
}

/** Prompts of the registry, the one changed last first; those in the archive, or those that are not. */
export function usePrompts({ archived, search = "" }: { archived: boolean; search?: string }) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Prompts>({
    queryKey: [...registry(id), "prompts", { archived, search }],
    placeholderData: (last) => last,
    queryFn: async ({ signal }) => {
      const params = { project: id, archived, search: search === "" ? null : search, limit: MOST_PROMPTS };
      const { data, meta } = await api<Prompt[]>("/prompts", { params, signal });
      return { rows: data, total: typeof meta["total"] === "number" ? meta["total"] : data.length };
    },
  });
}
