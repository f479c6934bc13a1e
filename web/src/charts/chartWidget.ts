import type { WidgetKind, WidgetQuery } from "../api/dashboards";
import type { Filter, QueryResult } from "../api/types";
import type { ChartSpec } from "./prepare";

/** A chart as a widget of a dashboard: not yet named or placed. */
export interface ChartWidget {
  kind: WidgetKind;
  query: WidgetQuery;
}

const MOST_METRICS = 10;

/** The widget that shows what a chart shows; null where the chart is of something else than metrics. */
export function chartWidget(
  spec: Pick<ChartSpec, "kind" | "metrics"> & { cumulative: boolean },
  result: Pick<QueryResult, "groups" | "compare">,
  where: readonly Filter[],
  catalogue: ReadonlyMap<string, unknown>,
): ChartWidget | null {
  const { kind, metrics, cumulative } = spec;
  if (metrics.length === 0 || metrics.length > MOST_METRICS) return null;
  if (!metrics.every((metric) => catalogue.has(metric) || metric.startsWith("="))) return null;
  const by = Object.keys(result.groups[0] ?? {});
  if (by.length > 2) return null;
  return {
    kind,
    query: {
      metrics: [...metrics],
      by,
      where: [...where],
      // bars by group without a bucket would be of no time
      bucket: kind === "bar" && by.length > 0 ? "auto" : null,
      limit: 10,
      cumulative,
      compare: kind === "line" && result.compare != null,
      field: null,
      range: null,
    },
  };
}
