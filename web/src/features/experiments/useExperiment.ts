import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Experiment } from "../../api/experiments";
import { experiment } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** One experiment; asks nothing while `id` is null. */
export function useExperiment(id: string | null) {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: [...experiment(project, id ?? ""), "itself"],
    enabled: id !== null,
    queryFn: async ({ signal }) => {
      const path = `/experiments/${encodeURIComponent(id ?? "")}`;
      return (await api<Experiment>(path, { params: { project }, signal })).data;
    },
  });
}
