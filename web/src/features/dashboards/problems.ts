import type { Widget } from "../../api/dashboards";
import type { CatalogueMetric, Field, MetricInfo } from "../../api/types";
import { isFormula } from "../../ui/metricChoices";
import { KINDS } from "./kinds";

export type Problems = Partial<Record<"metrics" | "by" | "where" | "field" | "text" | "limit" | "cumulative", string>>;

/** What the checks know of a metric. */
type Known = Pick<CatalogueMetric, "additive">;

/** What keeps a widget from showing something, by the part of its form. */
export function problemsOf(
  widget: Widget,
  metrics: ReadonlyMap<string, Partial<Known>> | undefined,
  fields: readonly Field[] | undefined,
): Problems {
  const { metrics: between, groups, filtered, limited, overTime } = KINDS[widget.kind];
  const { query } = widget;
  const problems: Problems = {};
  if (query.metrics.length < between[0]) problems.metrics = "Choose a metric";
  else if (query.metrics.some((metric) => metric.trim() === "" || metric.trim() === "=")) {
    problems.metrics = "Choose a metric or write a formula";
  } else if (new Set(query.metrics).size < query.metrics.length) problems.metrics = "A metric is here twice";
  else if (query.metrics.length > between[1]) problems.metrics = `At most ${between[1]}`;
  if (query.by.length < groups[0]) problems.by = "Choose what it is divided by";
  if (filtered && query.where.some(({ values }) => values.length === 0)) {
    problems.where = "A filter has no value: choose one or remove it";
  }
  if (widget.kind === "heatmap" && !fields?.some(({ key, type }) => key === query.field && type === "number")) {
    problems.field = fields === undefined ? "Loading the fields" : "Choose a number";
  }
  if (widget.kind === "text" && widget.text.trim() === "") problems.text = "Write something";
  if (limited && !(Number.isInteger(query.limit) && query.limit >= 1 && query.limit <= 100)) {
    problems.limit = "From 1 to 100";
  }
  if (overTime && query.cumulative && !query.metrics.every((metric) => addsUp(metric, metrics))) {
    problems.cumulative = "Only counts, tokens and costs add up over time";
  }
  return problems;
}

/** A formula may be a sum; the API knows. */
function addsUp(metric: string, metrics: ReadonlyMap<string, Partial<Known>> | undefined): boolean {
  return isFormula(metric) || metrics?.get(metric)?.additive !== false;
}

/** What shows a widget that was not given a title. */
export function titleOf(widget: Widget, metrics: ReadonlyMap<string, Pick<MetricInfo, "label">> | undefined): string {
  if (widget.title.trim() !== "") return widget.title;
  const names = widget.query.metrics.map((metric) => metrics?.get(metric)?.label ?? metric.replace(/^=\s*/, ""));
  return names.length === 0 ? KINDS[widget.kind].label : names.join(", ");
}

/** A metric that the project defines. */
export function isOwn(metric: string): boolean {
  return metric.startsWith("custom.");
}

/** The project's own metrics that a widget names and that are no more; none before the catalogue is known. */
export function goneMetrics({ query }: Widget, metrics: ReadonlyMap<string, unknown> | undefined): string[] {
  if (metrics === undefined) return [];
  return query.metrics.filter((metric) => isOwn(metric) && !metrics.has(metric));
}
