import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { traffic } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import type { Compared, Subject } from "./subjects";

/** The subjects side by side, in the time range of the page; without metrics the usual ones and scores. */
export function useCompare(subjects: readonly Subject[], metrics: readonly string[] | null, enabled: boolean) {
  const api = useApi();
  const { id, time_zone: tz } = useProject();
  const { view } = useView();
  const { start, end } = useWindow();
  const body = {
    subjects: subjects.map(({ prompt, version }) => ({ prompt_id: prompt, prompt_version: version })),
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    where: whereOf({ ...view, prompts: [] }),
    tz,
    metrics,
  };
  return useQuery<Compared>({
    queryKey: [...traffic(id), "compare", body],
    enabled,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) => {
      const { data } = await api<Compared>("/compare", { method: "POST", params: { project: id }, body, signal });
      return data;
    },
  });
}
