import { SegmentedControl } from "@mantine/core";
import type { Period } from "../../api/costs";
import { useMetrics } from "../../api/useMetrics";
import type { Query } from "../../api/types";
import type { ChartSpec } from "../../charts/prepare";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { useMarks } from "../../charts/useMarks";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { isComparing, whereOf } from "../../state/where";
import { TREND, trendRange } from "./trendRange";

const SPEC: ChartSpec = { kind: "bar", metrics: ["total_cost_usd"], none: "No known cost in this time" };

interface Props {
  period: Period;
  onPeriod: (period: Period) => void;
}

/** What each day, week or month has cost. Its time is its own: a trend needs more than an hour. */
export function TrendPanel({ period, onPeriod }: Props) {
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const { now } = useClock();
  const { start, end } = trendRange(period, now, tz);
  const groups: Pick<Query, "by" | "limit"> = isComparing(view) ? { by: ["prompt_id"], limit: 3 } : {};
  const trend = useMetrics({
    metrics: ["total_cost_usd"],
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    tz,
    bucket: TREND[period].bucket,
    where: whereOf(view),
    ...groups,
  });
  const marks = useMarks({ start, end }, view.prompts);
  return (
    <TimeChartPanel
      id="trend"
      title="Cost trend"
      note={TREND[period].words}
      controls={
        <SegmentedControl
          size="xs"
          aria-label="Step of the trend"
          value={period}
          data={[
            { value: "day", label: "Daily" },
            { value: "week", label: "Weekly" },
            { value: "month", label: "Monthly" },
          ]}
          onChange={onPeriod}
        />
      }
      spec={SPEC}
      of={{ range: { start, end } }}
      result={trend.data}
      marks={marks}
      error={trend.error}
      stale={trend.isPlaceholderData}
      onRetry={() => void trend.refetch()}
    />
  );
}
