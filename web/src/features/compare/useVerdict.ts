import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { traffic } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import type { VersionVerdict } from "./subjects";

/** Whether the newer of two versions is better; of the two newest where none are named. */
export function useVerdict(prompt: string, versions: readonly string[] | null) {
  const api = useApi();
  const { id, time_zone: tz } = useProject();
  const { view } = useView();
  const { start, end } = useWindow();
  const body = {
    prompt_id: prompt,
    versions,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    where: whereOf({ ...view, prompts: [] }),
    tz,
  };
  return useQuery<VersionVerdict>({
    queryKey: [...traffic(id), "verdict", body],
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) => {
      const params = { project: id };
      const { data } = await api<VersionVerdict>("/compare/versions", { method: "POST", params, body, signal });
      return data;
    },
  });
}
