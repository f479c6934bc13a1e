import { useMetrics } from "../../../api/useMetrics";
import { useProject } from "../../../state/ProjectContext";
import { bucketFor } from "../../../state/range";
import { useView } from "../../../state/useView";
import { useWindow } from "../../../state/useWindow";
import { whereOf } from "../../../state/where";

/** Columns of the list, in order. */
export const COLUMNS = ["total_requests", "success_rate", "p95_latency_ms", "cost_per_request_usd"];

const MOST_PROMPTS = 1000;
/** Beyond the busiest, rows have no line beside their number of requests. */
const MOST_LINES = 200;
/** A line of that size shows no more points than a sixth of those of a chart. */
const COARSER = 6;

/** What the calls of the page's range say of each prompt. All prompts, whichever the view has chosen. */
export function usePromptMetrics() {
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const { start, end } = useWindow();
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString(), tz };
  const where = whereOf({ ...view, prompts: [] });
  const by = ["prompt_id"];
  const bucket = bucketFor((end - start) * COARSER);
  return {
    totals: useMetrics({ metrics: COLUMNS, ...range, where, by, limit: MOST_PROMPTS }),
    series: useMetrics({ metrics: ["total_requests"], ...range, bucket, where, by, limit: MOST_LINES }),
    versions: useMetrics({
      metrics: ["total_requests"],
      ...range,
      where,
      by: ["prompt_id", "prompt_version"],
      limit: MOST_PROMPTS,
    }),
  };
}
