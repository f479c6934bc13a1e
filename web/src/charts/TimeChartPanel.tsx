import { useMemo } from "react";
import type { QueryResult } from "../api/types";
import { useProject } from "../state/ProjectContext";
import type { Happening } from "./marks";
import { prepareTimeChart, type ChartSpec, type Remark } from "./prepare";
import { TimeChartBox, type TimeBoxProps } from "./TimeChartBox";

interface Props extends TimeBoxProps {
  spec: ChartSpec;
  result: QueryResult | undefined;
  /** What happened in its time: useDeploymentMarks. */
  marks: readonly Happening[];
  /** More to say of each bucket. */
  remarks?: readonly (readonly Remark[])[] | undefined;
}

/** An answer over time as a chart in its panel. */
export function TimeChartPanel({ spec, result, marks, remarks, ...box }: Props) {
  const timeZone = useProject().time_zone;
  const chart = useMemo(() => {
    if (result === undefined) return null;
    const prepared = prepareTimeChart(result, spec, timeZone, marks);
    return remarks === undefined ? prepared : { ...prepared, remarks };
  }, [result, spec, timeZone, marks, remarks]);
  return (
    <TimeChartBox
      {...box}
      chart={chart}
      end={result === undefined ? 0 : Date.parse(result.end)}
      nothing={spec.none ?? "No calls in this time range"}
    />
  );
}
