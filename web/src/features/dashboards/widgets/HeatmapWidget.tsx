import { useNavigate } from "react-router";
import type { Widget } from "../../../api/dashboards";
import { HeatmapLegend } from "../../../charts/heatmap/HeatmapLegend";
import { HeatmapPlot } from "../../../charts/heatmap/HeatmapPlot";
import type { Cell, Heatmap } from "../../../charts/heatmap/prepareHeatmap";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

interface Props {
  widget: Widget;
  title: string;
  heat: Heatmap;
}

/** How a number is spread over time; a click on a cell opens its calls. */
export function HeatmapWidget({ widget, title, heat }: Props) {
  const { zoom, zoomOut, ways } = useScene();
  const navigate = useNavigate();
  const spanOf = (first: number, last: number) => {
    const start = heat.buckets[first];
    const end = heat.buckets[last + 1] ?? heat.end;
    return start !== undefined && start < end ? { start, end } : null;
  };
  const select = (first: number, last: number) => {
    const span = spanOf(first, last);
    if (span !== null) zoom(span.start, span.end);
  };
  const open = ({ bucket, bin }: Cell) => {
    const span = spanOf(bucket, bucket);
    const values = heat.bins[bin];
    if (ways === null || span === null || values === undefined) return;
    const dimension = widget.query.field ?? "latency_ms";
    const last = bin === heat.bins.length - 1;
    const within = [
      { dimension, op: "gte" as const, values: [values.low] },
      { dimension, op: last ? ("lte" as const) : ("lt" as const), values: [values.high] },
    ];
    void navigate(ways.calls([...widget.query.where, ...within], span));
  };
  return (
    <div className={classes["time"]}>
      <div className={classes["plot"]}>
        <HeatmapPlot
          heat={heat}
          label={`${title}, chart. Its menu shows the numbers as a table.`}
          onZoom={select}
          onZoomOut={zoomOut}
          onCell={open}
        />
      </div>
      <HeatmapLegend heat={heat} />
    </div>
  );
}
