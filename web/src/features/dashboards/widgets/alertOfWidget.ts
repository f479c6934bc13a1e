import type { Widget } from "../../../api/dashboards";
import type { Filter } from "../../../api/types";
import type { ChartAlert } from "../../../charts/chartAlert";

/** What a widget shows, as an alert rule watches it; null where it is of no metric. `page`: filters of the page, the widget's own win. */
export function alertOfWidget({ kind, query }: Widget, page: readonly Filter[]): ChartAlert | null {
  const field = query.field ?? "latency_ms";
  const metrics = kind === "heatmap" ? [`=p95(${field})`] : query.metrics;
  if (metrics.length === 0) return null;
  const own = new Set(query.where.map(({ dimension }) => dimension));
  return { metrics, by: query.by, where: [...query.where, ...page.filter(({ dimension }) => !own.has(dimension))] };
}
