import { useMemo } from "react";
import { useLocation, useNavigate } from "react-router";
import type { Distribution } from "../../api/analysis";
import type { Params } from "../../api/client";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { Empty } from "../../ui/Empty";
import type { ChartAlert } from "../chartAlert";
import { ChartBox, type BoxProps } from "../ChartBox";
import type { Happening } from "../marks";
import { heatmapCsv } from "./heatmapCsv";
import { HeatmapLegend } from "./HeatmapLegend";
import { HeatmapPlot } from "./HeatmapPlot";
import { HeatmapTable } from "./HeatmapTable";
import { prepareHeatmap, type Cell } from "./prepareHeatmap";

interface Props extends BoxProps {
  answer: Distribution | undefined;
  marks: readonly Happening[];
  nothing: string;
  /** Filters that leave the calls with a value in a bin. */
  callsIn: (bin: { low: number; high: number }) => Params;
  height?: number;
  /** The same as an alert rule watches it. */
  asAlert?: ChartAlert | null;
}

/** A distribution over time in its panel. A drag sets the time range of the page, a click opens the calls of a cell. */
export function HeatmapPanel({ answer, marks, nothing, callsIn, ...box }: Props) {
  const timeZone = useProject().time_zone;
  const { view, change } = useView();
  const href = useHref();
  const navigate = useNavigate();
  const location = useLocation();
  const heat = useMemo(
    () => (answer === undefined ? null : prepareHeatmap(answer, timeZone, marks)),
    [answer, timeZone, marks],
  );
  const spanOf = (first: number, last: number) => {
    const start = heat?.buckets[first];
    const end = heat?.buckets[last + 1] ?? heat?.end ?? 0;
    return start !== undefined && start < end ? { start, end } : null;
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
  const open = ({ bucket, bin }: Cell) => {
    const range = spanOf(bucket, bucket);
    const values = heat?.bins[bin];
    if (range !== null && values !== undefined) void navigate(href("/calls", callsIn(values), { range }));
  };
  const label = `${box.title}, chart. Its menu shows the numbers as a table.`;
  return (
    <ChartBox
      {...box}
      ready={heat !== null}
      instead={heat?.empty === true ? <Empty title={nothing}>Choose a longer range or other filters.</Empty> : null}
      callsHref={href("/calls")}
      csv={() => (heat === null ? "" : heatmapCsv(heat))}
      table={heat !== null && <HeatmapTable heat={heat} title={box.title} />}
      legend={heat !== null && <HeatmapLegend heat={heat} />}
    >
      {heat !== null && <HeatmapPlot heat={heat} label={label} onZoom={zoom} onZoomOut={zoomOut} onCell={open} />}
    </ChartBox>
  );
}
