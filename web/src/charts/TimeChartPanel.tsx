import { Skeleton } from "@mantine/core";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useLocation, useNavigate } from "react-router";
import type { Params } from "../api/client";
import type { QueryResult } from "../api/types";
import { useProject } from "../state/ProjectContext";
import { useHref } from "../state/useHref";
import { useView } from "../state/useView";
import type { View } from "../state/view";
import { copyLink } from "../ui/copyLink";
import { downloadAddress, downloadText } from "../ui/download";
import { Empty } from "../ui/Empty";
import { Failure } from "../ui/Failure";
import { Panel } from "../ui/Panel";
import { ChartLegend } from "./ChartLegend";
import { ChartMenu } from "./ChartMenu";
import { ChartTable } from "./ChartTable";
import { chartCsv } from "./csv";
import { EChart, type ChartPicture } from "./EChart";
import { countOf, type Happening } from "./marks";
import { INKS } from "./palette";
import { prepareTimeChart, withoutSeries, type ChartSpec, type TimeChart } from "./prepare";
import classes from "./TimeChartPanel.module.css";
import { useScheme } from "./useScheme";

interface Props {
  id: string;
  title: string;
  spec: ChartSpec;
  result: QueryResult | undefined;
  /** What happened in its time: useDeploymentMarks. */
  marks: readonly Happening[];
  error: unknown;
  onRetry: () => void;
  /** Filters of the calls that the chart counts. */
  calls?: Params;
  /** What they are of, where that is not what the page is of. */
  of?: Partial<View>;
  note?: ReactNode;
  /** Another answer is on its way; what is shown is the last one. */
  stale: boolean;
}

/** One time chart in its box, with its states and its menu. */
export function TimeChartPanel({
  id,
  title,
  spec,
  result,
  marks,
  error,
  onRetry,
  calls = {},
  of = {},
  note,
  stale,
}: Props) {
  const scheme = useScheme();
  const timeZone = useProject().time_zone;
  const { view, change } = useView();
  const href = useHref();
  const navigate = useNavigate();
  const location = useLocation();
  const picture = useRef<ChartPicture>(null);
  const [asTable, setAsTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());

  const whole = useMemo(
    () => (result === undefined ? null : prepareTimeChart(result, spec, timeZone, marks)),
    [result, spec, timeZone, marks],
  );
  const chart = useMemo(() => (whole === null ? null : withoutSeries(whole, hidden)), [whole, hidden]);

  const drawn = whole !== null && chart !== null && !whole.empty;

  useEffect(() => {
    if (location.hash === `#${id}`) document.getElementById(id)?.scrollIntoView({ block: "center" });
  }, [id, location.hash]);

  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  const zoom = (first: number, last: number) => {
    if (chart === null || result === undefined) return;
    const start = chart.buckets[first];
    const end = chart.buckets[last + 1] ?? Date.parse(result.end);
    if (start !== undefined && start < end) change({ range: { start, end } }, { zoomed: true });
  };
  const zoomOut = () => {
    const state = location.state as { zoomed?: boolean } | null;
    if (state?.zoomed === true) void navigate(-1);
    else if (!("preset" in view.range)) change({ range: { preset: "24h" } });
  };

  return (
    <Panel
      id={id}
      title={title}
      note={note}
      actions={
        chart !== null && (
          <ChartMenu
            title={title}
            asTable={asTable}
            onTable={() => setAsTable(!asTable)}
            onCsv={() => downloadText(`${id}.csv`, "text/csv", chartCsv(chart))}
            onPng={() => downloadAddress(`${id}.png`, picture.current?.png(INKS[scheme].panel) ?? "")}
            onLink={() => void copyLink(id, title)}
            callsHref={href("/calls", calls, of)}
          />
        )
      }
    >
      <div className={classes["body"]} data-stale={stale || undefined} aria-busy={stale || chart === null}>
        {chart === null && error !== null && (
          <Failure what={`${title} could not be loaded`} error={error} onRetry={onRetry} />
        )}
        {chart === null && error === null && <Skeleton className={classes["skeleton"]} />}
        {whole?.empty === true && (
          <Empty title={spec.none ?? "No calls in this time range"}>Choose a longer range or other filters.</Empty>
        )}
        {drawn && whole.none !== null && <Empty title={whole.none} />}
        {drawn && whole.none === null && asTable && (
          <ChartTable
            chart={chart}
            title={title}
            callsHref={(start, end) => href("/calls", calls, { ...of, range: { start, end } })}
          />
        )}
        {drawn && whole.none === null && !asTable && (
          <EChart
            ref={picture}
            chart={chart}
            scheme={scheme}
            label={`${title}, chart${markedWords(chart)}. Its menu shows the numbers as a table.`}
            group="page"
            onZoom={zoom}
            onZoomOut={zoomOut}
          />
        )}
      </div>
      <div className={classes["legend"]}>
        {drawn && whole.none === null && <ChartLegend chart={whole} hidden={hidden} onToggle={toggle} />}
      </div>
    </Panel>
  );
}

function markedWords({ marks }: TimeChart): string {
  return marks.length === 0 ? "" : ` with ${countOf(marks.flatMap(({ happenings }) => happenings))} marked`;
}
