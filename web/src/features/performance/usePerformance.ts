import type { Query } from "../../api/types";
import { useDistribution } from "../../api/useDistribution";
import { useFailures } from "../../api/useFailures";
import { useMetrics } from "../../api/useMetrics";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { useTurn } from "../../state/useTurn";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { isComparing, whereOf } from "../../state/where";
import { BY_FAMILY, BY_TYPE, PARTS, PERCENTILES, TOKENS } from "./specs";

const SERIES = [
  "total_requests",
  "success_rate",
  "failed_requests",
  ...PERCENTILES,
  ...BY_TYPE,
  ...BY_FAMILY,
  ...TOKENS,
  "total_tokens",
  "avg_tokens_per_request",
];
const TOTALS = [
  "total_requests",
  "requests_per_minute",
  "peak_rpm",
  "success_rate",
  "error_rate",
  "failed_requests",
  ...PERCENTILES,
  "avg_latency_ms",
  ...BY_TYPE,
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "avg_tokens_per_request",
];
const MINUTE = 60_000;
const NOW_MINUTES = 5;
const FAILURES = 20;
const BINS = 32;

/** What the page asks. Figures are of all that is chosen; charts have a series for each prompt that is compared. */
export function usePerformance() {
  const { view } = useView();
  const turn = useTurn();
  const { time_zone: tz } = useProject();
  const { now } = useClock();
  const { start, end, bucket } = useWindow();
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString(), tz };
  const where = whereOf(view);
  const groups: Pick<Query, "by" | "limit"> = isComparing(view) ? { by: ["prompt_id"], limit: 3 } : {};
  const previous: Pick<Query, "compare"> = view.previous ? { compare: "previous" } : {};
  const minute = Math.floor(now / MINUTE) * MINUTE;
  return {
    /** The range ends now: what is said of now is part of it. */
    current: end >= now,
    series: useMetrics({ metrics: SERIES, ...range, bucket, where, ...groups, ...previous }),
    totals: useMetrics({ metrics: TOTALS, ...range, where, ...previous }),
    rate: useMetrics({
      metrics: ["requests_per_minute"],
      start: new Date(minute - NOW_MINUTES * MINUTE).toISOString(),
      end: new Date(minute).toISOString(),
      where,
    }),
    parts: useMetrics({ metrics: [...PARTS], ...range, bucket, where }, turn),
    latencies: useDistribution({ field: "latency_ms", ...range, bucket, where, bins: BINS }, turn),
    failures: useFailures({ ...range, bucket, where, limit: FAILURES }, turn),
  };
}

export type Performance = ReturnType<typeof usePerformance>;
