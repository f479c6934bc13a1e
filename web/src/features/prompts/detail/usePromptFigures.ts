import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import { traffic } from "../../../api/keys";
import type { VersionScores } from "../../../api/types";
import { useMetrics } from "../../../api/useMetrics";
import { useProject } from "../../../state/ProjectContext";
import { useView } from "../../../state/useView";
import { useWindow } from "../../../state/useWindow";
import { whereOf } from "../../../state/where";
import { useFigures } from "../../overview/useFigures";

/** Columns of the table of versions, in order. */
export const VERSION_COLUMNS = [
  "total_requests",
  "success_rate",
  "p95_latency_ms",
  "cost_per_request_usd",
  "avg_tokens_per_request",
];

const SERIES = [...VERSION_COLUMNS, "failed_requests"];
/** More are told in the table. */
const MOST_LINES = 12;
const MOST_VERSIONS = 200;

/** What the calls of a prompt say: in total, by version over time, and by version in total, with its scores. */
export function usePromptFigures(name: string) {
  const api = useApi();
  const { view } = useView();
  const { id, time_zone: tz } = useProject();
  const { start, end, bucket } = useWindow();
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  const where = whereOf({ ...view, prompts: [name] });
  const by = ["prompt_version"];
  return {
    figures: useFigures([name]),
    series: useMetrics({ metrics: SERIES, ...range, tz, bucket, where, by, limit: MOST_LINES }),
    versions: useMetrics({ metrics: VERSION_COLUMNS, ...range, tz, where, by, limit: MOST_VERSIONS }),
    scores: useQuery<VersionScores[]>({
      queryKey: [...traffic(id), "scores by version", name, range],
      placeholderData: (last) => last,
      queryFn: async ({ signal }) => {
        const params = { project: id, prompt_id: name, ...range };
        return (await api<VersionScores[]>("/scores/by-version", { params, signal })).data;
      },
    }),
  };
}
