import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { experiments, settings, traffic } from "../../api/keys";
import type { ScoreMappings } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import type { Numbers } from "./scoreNumbers";

/** Keeps the numbers of one score. The API takes those of all scores, so the others are read first. */
export function useSaveNumbers(score: string) {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  const request = { params: { project: id } };
  return useMutation<unknown, Error, Numbers>({
    mutationFn: async (numbers) => {
      const { data } = await api<{ mappings: ScoreMappings }>("/scores/mappings", request);
      const mappings = { ...data.mappings, [score]: numbers };
      return api("/scores/mappings", { ...request, method: "PUT", body: { mappings } });
    },
    onSuccess: () =>
      Promise.all(
        [settings(id, "mappings"), traffic(id), experiments(id)].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
