import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { traffic } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";

/** Days are compared with days: what arrives now changes little, and working it out costs the server much. */
const DRIFT_AGE_MS = 300_000;

/** A part of /quality, of the page's time range, environment and, where one is chosen, prompt. `ask` false: what is known
 * already. */
export function useQuality<Part>(
  part: "scores" | "consistency" | "feedback" | "drift",
  more: Record<string, string> = {},
  ask = true,
) {
  const api = useApi();
  const { id } = useProject();
  const { view } = useView();
  const { start, end } = useWindow();
  const [prompt] = view.prompts;
  const params = {
    project: id,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    environment: view.environment,
    ...(part !== "drift" && view.prompts.length === 1 ? { prompt_id: prompt } : {}),
    ...more,
  };
  return useQuery<Part>({
    ...(part === "drift"
      ? { queryKey: ["project", id, "drift", params], staleTime: DRIFT_AGE_MS, refetchInterval: DRIFT_AGE_MS }
      : { queryKey: [...traffic(id), "quality", part, params] }),
    enabled: ask,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) => (await api<Part>(`/quality/${part}`, { params, signal })).data,
  });
}
