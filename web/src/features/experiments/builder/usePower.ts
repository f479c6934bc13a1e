import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { Power, PowerQuestion } from "../../../api/experiments";
import { experiments } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";

/** How many units the experiment needs; asks nothing while `question` is null. The last answer stays meanwhile. */
export function usePower(question: PowerQuestion | null) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Power>({
    queryKey: [...experiments(id), "power", question],
    enabled: question !== null,
    staleTime: 60_000,
    placeholderData: (last) => last,
    queryFn: async ({ signal }) => {
      const request = { method: "POST", params: { project: id }, body: question, signal } as const;
      return (await api<Power>("/experiments/power", request)).data;
    },
  });
}
