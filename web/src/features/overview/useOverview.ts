import { useMetrics } from "../../api/useMetrics";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import { useFigures } from "./useFigures";

const BY_PROMPT = [
  "total_requests",
  "success_rate",
  "p95_latency_ms",
  "error_rate",
  "total_tokens",
  "total_cost_usd",
  "cost_per_request_usd",
];

export const TABLE_LIMIT = 100;

/** What Overview asks about calls: the key figures, and how each prompt fares. */
export function useOverview() {
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const { start, end } = useWindow();
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString(), tz };
  return {
    ...useFigures(view.prompts),
    prompts: useMetrics({
      metrics: BY_PROMPT,
      ...range,
      where: whereOf(view),
      by: ["prompt_id"],
      limit: TABLE_LIMIT,
    }),
  };
}
