import { NativeSelect, SegmentedControl, Skeleton } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import type { Experiment, TrendAnswer } from "../../../api/experiments";
import { ChartLegend } from "../../../charts/ChartLegend";
import { ChartMenu } from "../../../charts/ChartMenu";
import { ChartTable } from "../../../charts/ChartTable";
import { chartCsv } from "../../../charts/csv";
import { EChart } from "../../../charts/EChart";
import { INKS } from "../../../charts/palette";
import type { ChartPicture } from "../../../charts/PictureContext";
import { withoutSeries } from "../../../charts/prepare";
import { useAlertLinks } from "../../../charts/useAlertLinks";
import { useMarks } from "../../../charts/useMarks";
import { useScheme } from "../../../charts/useScheme";
import { useClock } from "../../../state/ClockContext";
import { useProject } from "../../../state/ProjectContext";
import { withParams } from "../../../state/withParams";
import { copyLink } from "../../../ui/copyLink";
import { downloadAddress, downloadText } from "../../../ui/download";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { scoreReference } from "../../../ui/formula/scoreReference";
import { Panel } from "../../../ui/Panel";
import classes from "./Trend.module.css";
import { parseTrendView, prepareTrend, TREND_VIEWS } from "./trend";
import { useCallsHref } from "./useCallsHref";
import { useFound } from "./useFound";

const ID = "trend";

/** A metric over time, by variant. The address holds the metric, the view and the part of the time. */
export function TrendPanel({ experiment }: { experiment: Experiment }) {
  const scheme = useScheme();
  const { time_zone: zone } = useProject();
  const { now } = useClock();
  const [params, setParams] = useSearchParams();
  const callsOf = useCallsHref(experiment);
  const picture = useRef<ChartPicture>(null);
  const [asTable, setAsTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());

  const metrics = experiment.metrics;
  const primary = metrics.find(({ role }) => role === "primary") ?? metrics[0];
  const metric = metrics.find(({ key }) => key === params.get("metric")) ?? primary;
  const view = parseTrendView(params.get("trend"));
  const alerts = useAlertLinks({
    metrics: metric === undefined ? [] : watched(metric),
    by: ["variant_id"],
    where: [{ dimension: "experiment_id", op: "in", values: [experiment.id] }],
  });
  const trend = useFound<TrendAnswer>({
    id: experiment.id,
    part: "trend",
    params: { metric: metric?.key ?? "" },
    enabled: metric !== undefined,
  });
  const started = experiment.started_at === null ? now : Date.parse(experiment.started_at);
  const ended = experiment.concluded_at === null ? null : Date.parse(experiment.concluded_at);
  const prompts = [...new Set(experiment.variants.map(({ prompt }) => prompt))];
  // what deploys the winner happens a moment after the end
  const happenings = useMarks({ start: started, end: ended === null ? now + 60_000 : ended + 60_000 }, prompts);
  const from = params.get("from");
  const until = params.get("until");
  const chart = useMemo(() => {
    const span = from === null || until === null ? null : { start: Date.parse(from), end: Date.parse(until) };
    return trend.data === undefined
      ? null
      : prepareTrend(trend.data, {
          view,
          variants: experiment.variants,
          timeZone: zone,
          happenings,
          span: span !== null && span.start < span.end ? span : null,
          running: ended === null,
        });
  }, [trend.data, view, experiment.variants, zone, happenings, from, until, ended]);
  const shown = useMemo(() => (chart === null ? null : withoutSeries(chart, hidden)), [chart, hidden]);

  const set = (part: Record<string, string | null>, replace = false) =>
    setParams((current) => withParams(current, part), { replace });
  const zoom = (first: number, last: number) => {
    const buckets = chart?.buckets ?? [];
    const start = buckets[first];
    const end = buckets[last + 1] ?? (buckets.at(-1) ?? 0) + ((buckets[1] ?? 0) - (buckets[0] ?? 0));
    if (start !== undefined && last > first) {
      set({ from: new Date(start).toISOString(), until: new Date(end).toISOString() });
    }
  };
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  const title = `${metric?.label ?? "Metric"} over time`;

  if (metric === undefined) return null;
  return (
    <Panel
      id={ID}
      title="Over time"
      note={TREND_VIEWS.find(({ value }) => value === view)?.says}
      actions={
        chart !== null && (
          <ChartMenu
            title={title}
            asTable={asTable}
            onTable={() => setAsTable(!asTable)}
            onCsv={() => downloadText(`${experiment.title} ${metric.label}.csv`, "text/csv", chartCsv(chart))}
            onPng={
              chart.empty || asTable
                ? null
                : () => downloadAddress(`${metric.label}.png`, picture.current?.png(INKS[scheme].panel) ?? "")
            }
            onLink={() => void copyLink(ID, title)}
            callsHref={callsOf(null)}
            alerts={alerts}
          />
        )
      }
    >
      <div className={classes["choices"]}>
        <NativeSelect
          size="xs"
          aria-label="Metric"
          value={metric.key}
          data={metrics.map(({ key, label }) => ({ value: key, label }))}
          onChange={(event) => set({ metric: event.currentTarget.value })}
        />
        <SegmentedControl
          size="xs"
          aria-label="What is drawn"
          value={view}
          data={TREND_VIEWS.map(({ value, label }) => ({ value, label }))}
          onChange={(value) => set({ trend: value === "cumulated" ? null : value })}
        />
      </div>
      <div className={classes["body"]} aria-busy={trend.isFetching} data-stale={trend.isPlaceholderData || undefined}>
        {trend.data === undefined && trend.error === null && <Skeleton height="100%" />}
        {trend.data === undefined && trend.error !== null && (
          <Failure what={`${title} could not be loaded`} error={trend.error} onRetry={() => void trend.refetch()} />
        )}
        {chart?.empty === true && (
          <Empty title={`No ${metric.label} yet`}>The line begins with the first value of a variant.</Empty>
        )}
        {shown !== null && chart?.empty === false && asTable && (
          <ChartTable chart={shown} title={title} callsHref={() => callsOf(null)} />
        )}
        {shown !== null && chart?.empty === false && !asTable && (
          <EChart
            ref={picture}
            chart={shown}
            scheme={scheme}
            label={`${title}, chart. Its menu shows the numbers as a table.`}
            group="experiment"
            onZoom={zoom}
            onZoomOut={() => set({ from: null, until: null })}
          />
        )}
      </div>
      <div className={classes["legend"]}>
        {chart?.empty === false && <ChartLegend chart={chart} hidden={hidden} onToggle={toggle} />}
      </div>
    </Panel>
  );
}

/** The same as rules of alerts read it; an outcome is of no calls alone. */
function watched({ score, metric }: Experiment["metrics"][number]): string[] {
  if (metric !== null) return [metric];
  return score === null ? [] : [`=avg(${scoreReference(score)})`];
}
