import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { traffic } from "../../api/keys";
import type { components } from "../../api/openapi";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";

export type Retention = components["schemas"]["RetentionOut"];

/** How many users of each week come back. `ask` false: what is known already. */
export function useRetention(weeks: number, ask = true) {
  const api = useApi();
  const { id } = useProject();
  const { view } = useView();
  const params = {
    project: id,
    weeks,
    environment: view.environment,
    prompt_id: view.prompts.length === 1 ? view.prompts[0] : null,
  };
  return useQuery<Retention>({
    queryKey: [...traffic(id), "retention", params],
    enabled: ask,
    queryFn: async ({ signal }) => (await api<Retention>("/cohorts/retention", { params, signal })).data,
  });
}
