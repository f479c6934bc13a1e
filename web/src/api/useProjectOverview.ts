import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import { registry } from "./keys";
import type { ProjectOverview } from "./types";

/** Counts and recent changes of the project. */
export function useProjectOverview() {
  const api = useApi();
  const { id } = useProject();
  return useQuery<ProjectOverview>({
    queryKey: [...registry(id), "overview"],
    queryFn: async ({ signal }) => (await api<ProjectOverview>("/overview", { params: { project: id }, signal })).data,
  });
}
