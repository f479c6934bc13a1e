import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { settings } from "../../api/keys";
import type { ScoreMappings } from "../../api/types";
import { useProject } from "../../state/ProjectContext";

/** The numbers that the texts of scores have in the project. */
export function useScoreMappings() {
  const api = useApi();
  const { id } = useProject();
  return useQuery<ScoreMappings>({
    queryKey: settings(id, "mappings"),
    queryFn: async ({ signal }) =>
      (await api<{ mappings: ScoreMappings }>("/scores/mappings", { params: { project: id }, signal })).data.mappings,
  });
}
