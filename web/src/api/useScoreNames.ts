import { useQuery } from "@tanstack/react-query";
import { useApi } from "./ApiContext";
import type { ScoreNames } from "./experiments";
import { experiments } from "./keys";
import { useProject } from "../state/ProjectContext";

/** Names of the scores that the project has had, and their types. */
export function useScoreNames() {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: [...experiments(id), "score names"],
    queryFn: async ({ signal }) => (await api<ScoreNames>("/scores/names", { params: { project: id }, signal })).data,
  });
}
