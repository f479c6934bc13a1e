import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { traffic } from "../../api/keys";
import type { components } from "../../api/openapi";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";

export type CohortsAnswer = components["schemas"]["CohortsOut"];

/** Metrics by cohort, in the time range of the page. */
export function useCohorts(by: string, metrics: readonly string[]) {
  const api = useApi();
  const { id, time_zone: tz } = useProject();
  const { view } = useView();
  const { start, end } = useWindow();
  const body = {
    by,
    metrics,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    where: whereOf(view),
    tz,
  };
  return useQuery<CohortsAnswer>({
    queryKey: [...traffic(id), "cohorts", by, body],
    enabled: by !== "" && !by.endsWith("."),
    // other cohorts are not these cohorts a moment ago
    placeholderData: (last, lastQuery) =>
      lastQuery?.queryKey[1] === id && lastQuery.queryKey[4] === by ? last : undefined,
    queryFn: async ({ signal }) => {
      const { data } = await api<CohortsAnswer>("/cohorts", { method: "POST", params: { project: id }, body, signal });
      return data;
    },
  });
}
