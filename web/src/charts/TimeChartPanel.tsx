import { useMemo } from "react";
import type { QueryResult } from "../api/types";
import { useCatalogue } from "../api/useCatalogue";
import { useProject } from "../state/ProjectContext";
import { useView } from "../state/useView";
import { whereOf } from "../state/where";
import { chartWidget } from "./chartWidget";
import type { Happening } from "./marks";
import { prepareTimeChart, type ChartSpec, type Remark } from "./prepare";
import { thresholdTargets } from "./thresholds";
import { TimeChartBox, type TimeBoxProps } from "./TimeChartBox";

interface Props extends TimeBoxProps {
  spec: ChartSpec;
  result: QueryResult | undefined;
  /** What happened in its time: useMarks. */
  marks: readonly Happening[];
  /** More to say of each bucket. */
  remarks?: readonly (readonly Remark[])[] | undefined;
  /** It adds up from the beginning of its time. */
  cumulative?: boolean;
}

/** An answer over time as a chart in its panel. */
export function TimeChartPanel({ spec, result, marks, remarks, cumulative = false, ...box }: Props) {
  const { time_zone: timeZone, role } = useProject();
  const { view } = useView();
  const { data: catalogue } = useCatalogue();
  const chart = useMemo(() => {
    if (result === undefined) return null;
    const targets = spec.targets ?? thresholdTargets(spec.metrics, catalogue);
    const prepared = prepareTimeChart(result, { ...spec, targets }, timeZone, marks);
    return remarks === undefined ? prepared : { ...prepared, remarks };
  }, [result, spec, timeZone, marks, remarks, catalogue]);
  const where = whereOf({ ...view, ...box.of });
  const asWidget =
    role === "viewer" || result === undefined || catalogue === undefined
      ? null
      : chartWidget({ ...spec, cumulative }, result, where, catalogue);
  const asAlert =
    result === undefined ? null : { metrics: spec.metrics, by: Object.keys(result.groups[0] ?? {}), where };
  return (
    <TimeChartBox
      {...box}
      asAlert={asAlert}
      asWidget={asWidget}
      chart={chart}
      end={result === undefined ? 0 : Date.parse(result.end)}
      nothing={spec.none ?? "No calls in this time range"}
    />
  );
}
