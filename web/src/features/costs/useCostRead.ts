import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Params } from "../../api/client";
import { costs } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** What the costs API answers for this project. While another answer is fetched, the last one of this project stays. */
export function useCostRead<Answer>(part: string, params: Params = {}) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Answer>({
    queryKey: [...costs(id), part, params],
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) =>
      (await api<Answer>(`/costs/${part}`, { params: { project: id, ...params }, signal })).data,
  });
}
