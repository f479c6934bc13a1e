import { TimeChartPanel } from "../../charts/TimeChartPanel";
import type { Happening } from "../../charts/marks";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { Change } from "../../ui/Change";
import { Figure } from "../../ui/Figure";
import grid from "../../ui/Grid.module.css";
import { Section } from "../../ui/Section";
import { valueOf } from "../overview/valueOf";
import type { PerformanceCharts } from "./specs";
import type { Performance } from "./usePerformance";

interface Props {
  performance: Performance;
  spec: PerformanceCharts["volume"];
  marks: readonly Happening[];
}

const MINUTE = 60_000;

/** How many calls, how many now, when the most. */
export function VolumeSection({ performance: { totals, rate, series, current }, spec, marks }: Props) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const of = (key: string) => (totals.data === undefined ? undefined : valueOf(totals.data, key));
  const change = totals.data?.change?.["total_requests"]?.[0];
  const moment = totals.data?.moments["peak_rpm"]?.[0]?.[0] ?? null;
  const peak = moment === null ? null : Date.parse(moment);
  return (
    <Section title="Request volume">
      <div className={grid["figures"]}>
        <Figure label="Requests" value={of("total_requests")} unit="count" href={href("/calls")}>
          {change !== undefined ? (
            <Change percent={change.percent} trend={change.trend} better="neither" unit="count" />
          ) : (
            "the previous period tells the trend"
          )}
        </Figure>
        <Figure
          label="Requests per minute, now"
          value={rate.data === undefined ? undefined : valueOf(rate.data, "requests_per_minute")}
          unit="per_minute"
          href={href("/calls", {}, { range: { preset: "1h" } })}
        >
          mean of the last 5 minutes{current ? "" : ", not of this range"}
        </Figure>
        <Figure
          label="Peak requests per minute"
          value={of("peak_rpm")}
          unit="per_minute"
          href={href("/calls", {}, peak === null ? {} : { range: { start: peak, end: peak + MINUTE } })}
        >
          {peak !== null && `at ${formatTime(peak, "dateMinute", zone)}`}
        </Figure>
        <Figure label="Requests per minute" value={of("requests_per_minute")} unit="per_minute" href={href("/calls")}>
          mean of this time range
        </Figure>
      </div>
      <TimeChartPanel
        id="volume"
        title="Requests"
        spec={spec}
        result={series.data}
        marks={marks}
        error={series.error}
        stale={series.isPlaceholderData}
        onRetry={() => void series.refetch()}
      />
    </Section>
  );
}
