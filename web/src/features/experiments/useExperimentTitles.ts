import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Experiment } from "../../api/experiments";
import { experiments } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** More are found on the page of all experiments. */
const MOST = 200;

/** The newest experiments by title. `ask` false: what is known already. */
export function useExperimentTitles(ask = true) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: [...experiments(id), "titles"],
    staleTime: 300_000,
    enabled: ask,
    queryFn: async ({ signal }) => {
      const { data } = await api<Experiment[]>("/experiments", { params: { project: id, limit: MOST }, signal });
      return data.map(({ id: experiment, title }) => ({ id: experiment, title }));
    },
  });
}
