import { useMemo, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import type { Params } from "../api/client";
import { useHref } from "../state/useHref";
import { useView } from "../state/useView";
import type { View } from "../state/view";
import { Empty } from "../ui/Empty";
import type { ChartAlert } from "./chartAlert";
import { ChartBox, type BoxProps } from "./ChartBox";
import { ChartLegend } from "./ChartLegend";
import { ChartTable } from "./ChartTable";
import { chartCsv } from "./csv";
import { EChart } from "./EChart";
import type { ChartWidget } from "./chartWidget";
import { countOf } from "./marks";
import { withoutSeries, type TimeChart } from "./prepare";
import { useScheme } from "./useScheme";

export interface TimeBoxProps extends BoxProps {
  /** Filters of the calls that the chart counts. */
  calls?: Params;
  /** What they are of, where that is not what the page is of. */
  of?: Partial<View>;
  /** A click at a bucket opens its calls. */
  picks?: boolean;
  /** Of the chart, pixels. */
  height?: number;
}

interface Props extends TimeBoxProps {
  chart: TimeChart | null;
  /** End of the last bucket, epoch milliseconds. */
  end: number;
  /** What to say where there is no value. */
  nothing: string;
  /** The same as a widget of a dashboard. */
  asWidget?: ChartWidget | null;
  /** The same as an alert rule watches it. */
  asAlert?: ChartAlert | null;
}

/** A prepared time chart in its panel. A drag on it sets the time range of the page. */
export function TimeChartBox({ chart: whole, end, nothing, calls = {}, of = {}, picks = false, ...box }: Props) {
  const scheme = useScheme();
  const { view, change } = useView();
  const href = useHref();
  const navigate = useNavigate();
  const location = useLocation();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const chart = useMemo(() => (whole === null ? null : withoutSeries(whole, hidden)), [whole, hidden]);
  const { title } = box;

  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  const spanOf = (first: number, last: number) => {
    const start = whole?.buckets[first];
    const until = whole?.buckets[last + 1] ?? end;
    return start !== undefined && start < until ? { start, end: until } : null;
  };
  const zoom = (first: number, last: number) => {
    const range = spanOf(first, last);
    if (range !== null) change({ range }, { zoomed: true });
  };
  const zoomOut = () => {
    const state = location.state as { zoomed?: boolean } | null;
    if (state?.zoomed === true) void navigate(-1);
    else if (!("preset" in view.range)) change({ range: { preset: "24h" } });
  };
  const callsHref = (range: { start: number; end: number }) => href("/calls", calls, { ...of, range });
  const open = (bucket: number) => {
    const range = spanOf(bucket, bucket);
    if (range !== null) void navigate(callsHref(range));
  };

  const instead =
    whole?.empty === true ? (
      <Empty title={nothing}>Choose a longer range or other filters.</Empty>
    ) : whole !== null && whole.none !== null ? (
      <Empty title={whole.none} />
    ) : null;
  return (
    <ChartBox
      {...box}
      ready={chart !== null}
      instead={instead}
      callsHref={href("/calls", calls, of)}
      csv={() => (chart === null ? "" : chartCsv(chart))}
      table={
        chart !== null && (
          <ChartTable chart={chart} title={title} callsHref={(start, until) => callsHref({ start, end: until })} />
        )
      }
      legend={whole !== null && <ChartLegend chart={whole} hidden={hidden} onToggle={toggle} />}
    >
      {chart !== null && (
        <EChart
          chart={chart}
          scheme={scheme}
          label={`${title}, chart${markedWords(chart)}. Its menu shows the numbers as a table.`}
          group="page"
          onZoom={zoom}
          onZoomOut={zoomOut}
          onBucket={picks ? open : undefined}
        />
      )}
    </ChartBox>
  );
}

function markedWords({ marks }: TimeChart): string {
  return marks.length === 0 ? "" : ` with ${countOf(marks.flatMap(({ happenings }) => happenings))} marked`;
}
