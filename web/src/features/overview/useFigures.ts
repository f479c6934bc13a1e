import { useMetrics } from "../../api/useMetrics";
import type { Query } from "../../api/types";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { isComparing, whereOf } from "../../state/where";
import type { View } from "../../state/view";

const SERIES = [
  "total_requests",
  "success_rate",
  "error_rate",
  "failed_requests",
  "p50_latency_ms",
  "p95_latency_ms",
  "p99_latency_ms",
  "timeout_errors",
  "rate_limit_errors",
  "model_errors",
  "validation_errors",
  "system_errors",
  "other_errors",
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "total_cost_usd",
];

const TOTALS = [
  "total_requests",
  "peak_rpm",
  "success_rate",
  "p50_latency_ms",
  "p95_latency_ms",
  "p99_latency_ms",
  "error_rate",
  "failed_requests",
  "total_tokens",
  "avg_tokens_per_request",
  "total_cost_usd",
  "cost_per_request_usd",
  "priced_share",
  "unpriced_requests",
];

const MINUTE = 60_000;
const NOW_MINUTES = 5;

/** What the key figures show: over time, in total, and the rate of the last five minutes. `prompts`: none is all. */
export function useFigures(prompts: View["prompts"]) {
  const { view: page } = useView();
  const { time_zone: tz } = useProject();
  const { now } = useClock();
  const { start, end, bucket } = useWindow();
  const view = { ...page, prompts };
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString(), tz };
  const where = whereOf(view);
  const groups: Pick<Query, "by" | "limit"> = isComparing(view) ? { by: ["prompt_id"], limit: 3 } : {};
  const previous: Pick<Query, "compare"> = view.previous ? { compare: "previous" } : {};
  const minute = Math.floor(now / MINUTE) * MINUTE;
  return {
    series: useMetrics({ metrics: SERIES, ...range, bucket, where, ...groups, ...previous }),
    totals: useMetrics({ metrics: TOTALS, ...range, where, ...groups, ...previous }),
    rate: useMetrics({
      metrics: ["requests_per_minute"],
      start: new Date(minute - NOW_MINUTES * MINUTE).toISOString(),
      end: new Date(minute).toISOString(),
      where,
    }),
  };
}
