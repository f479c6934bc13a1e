import { useMemo } from "react";
import type { Better, QueryResult } from "../../../api/types";
import type { FormulaCheck } from "../../../api/useFormulaCheck";
import { EChart } from "../../../charts/EChart";
import { prepareTimeChart } from "../../../charts/prepare";
import { useScheme } from "../../../charts/useScheme";
import { format, type Unit } from "../../../format/number";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { thresholdText } from "../../../ui/thresholdText";
import classes from "./Metrics.module.css";

interface Props {
  name: string;
  check: FormulaCheck;
  /** Epoch milliseconds, [start, end). */
  span: { start: number; end: number };
  unit: Unit;
  better: Better;
  threshold: number | null;
}

const KEY = "preview";

/** What the formula gives over the last week. */
export function MetricPreview({ name, check, span, unit, better, threshold }: Props) {
  const { time_zone: zone } = useProject();
  const scheme = useScheme();
  const preview = check.data?.preview ?? null;
  const { end } = span;
  const chart = useMemo(() => {
    if (preview === null) return null;
    const result: QueryResult = {
      start: preview.buckets[0] ?? "",
      end: new Date(end).toISOString(),
      bucket: null,
      buckets: preview.buckets,
      last_bucket_partial: true,
      groups: [{}],
      metrics: [{ key: KEY, label: name, unit, better }],
      values: { [KEY]: [preview.values] },
      moments: {},
      source: "",
      rows_read: null,
      elapsed_ms: 0,
    };
    const targets = threshold === null ? [] : [{ metric: KEY, value: threshold, label: "threshold" }];
    return prepareTimeChart(result, { kind: "line", metrics: [KEY], targets }, zone);
  }, [preview, name, unit, better, threshold, zone, end]);
  return (
    <section className={classes["preview"]} aria-label="Preview">
      <header className={classes["head"]}>
        <span className={classes["muted"]}>Last 7 days</span>
        {preview !== null && <strong className={classes["value"]}>{format(preview.value, unit)}</strong>}
        {threshold !== null && <span className={classes["muted"]}>{thresholdText(threshold, unit, better)}</span>}
      </header>
      <div className={classes["chart"]} data-stale={!check.settled || undefined}>
        {chart === null ? (
          <Empty
            title={
              check.data?.problem == null
                ? "A formula is drawn here as you type it"
                : "No preview of a formula with a fault"
            }
          />
        ) : chart.empty ? (
          <Empty title="The formula has no data in the last 7 days">
            It is right, but nothing it reads has arrived.
          </Empty>
        ) : (
          <EChart
            chart={chart}
            scheme={scheme}
            label={`${name}, chart`}
            group="preview"
            onZoom={() => undefined}
            onZoomOut={() => undefined}
          />
        )}
      </div>
    </section>
  );
}
