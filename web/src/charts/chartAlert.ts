import type { Params } from "../api/client";
import type { Filter } from "../api/types";
import { whereParam } from "../state/whereParam";

/** What a chart shows, as an alert rule can watch it. */
export interface ChartAlert {
  /** Each can be watched by a rule of its own. */
  metrics: readonly string[];
  by: readonly string[];
  where: readonly Filter[];
}

/** More would make the menu a page. */
const MOST_METRICS = 6;
/** So many dimensions can tell the series of a rule apart. */
const MOST_BY = 2;

/** What the form of a rule takes over from its address. */
export function alertParams(metric: string, { by, where }: Omit<ChartAlert, "metrics">): Params {
  return {
    metric,
    by: by.length === 0 || by.length > MOST_BY ? null : JSON.stringify(by),
    where: where.length === 0 ? null : whereParam(where),
  };
}

/** The metrics of a chart that a rule can watch: those of the catalogue, and formulas. */
export function watchable(metrics: readonly string[], catalogue: ReadonlyMap<string, unknown>): string[] {
  return metrics.filter((metric) => catalogue.has(metric) || metric.startsWith("=")).slice(0, MOST_METRICS);
}
