import { useMemo, useState } from "react";
import { ChartLegend } from "../../../charts/ChartLegend";
import { EChart } from "../../../charts/EChart";
import { countOf } from "../../../charts/marks";
import { withoutSeries, type TimeChart } from "../../../charts/prepare";
import { useScheme } from "../../../charts/useScheme";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

interface Props {
  title: string;
  chart: TimeChart;
  /** End of the last bucket, epoch milliseconds. */
  end: number;
}

/** A chart over time; a drag on it sets the page's time. */
export function TimeWidget({ title, chart: whole, end }: Props) {
  const scheme = useScheme();
  const { zoom, zoomOut } = useScene();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const chart = useMemo(() => withoutSeries(whole, hidden), [whole, hidden]);
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  const select = (first: number, last: number) => {
    const start = whole.buckets[first];
    const until = whole.buckets[last + 1] ?? end;
    if (start !== undefined && start < until) zoom(start, until);
  };
  const marked =
    whole.marks.length === 0 ? "" : ` with ${countOf(whole.marks.flatMap(({ happenings }) => happenings))} marked`;
  return (
    <div className={classes["time"]}>
      <div className={classes["plot"]}>
        <EChart
          chart={chart}
          scheme={scheme}
          label={`${title}, chart${marked}. Its menu shows the numbers as a table.`}
          group="dashboard"
          onZoom={select}
          onZoomOut={zoomOut}
        />
      </div>
      <ChartLegend chart={whole} hidden={hidden} onToggle={toggle} />
    </div>
  );
}
