import type { AlertRow, BudgetRow, ErrorRow, ExperimentRow, FeedbackRow } from "../../../api/dashboards";
import type { Widget, WidgetData } from "../../../api/dashboards";
import type { Filter, Group, MetricInfo, QueryResult } from "../../../api/types";
import { prepareCategories, type CategoryChart } from "../../../charts/categories/prepareCategories";
import { prepareHeatmap, type Heatmap } from "../../../charts/heatmap/prepareHeatmap";
import { groupLabel, prepareTimeChart, type ChartKind, type TimeChart } from "../../../charts/prepare";
import { thresholdTargets } from "../../../charts/thresholds";
import { titleOf } from "../problems";
import { rangeOf } from "./useWidgetData";
import type { Scene } from "./SceneContext";

/** One number and its surroundings. */
export interface Figure {
  metric: MetricInfo;
  value: number | null;
  /** Against the period before; absent when that was not asked. */
  change: NonNullable<QueryResult["change"]>[string][number] | undefined;
  points: (number | null)[];
  partialLast: boolean;
}

export interface TableRow {
  key: string;
  /** What the row is of, one for each dimension. */
  names: (string | null)[];
  values: (number | null)[];
  href: string | null;
}

export interface NumberTable {
  dimensions: string[];
  metrics: MetricInfo[];
  rows: TableRow[];
  total: number;
}

export type Prepared =
  | { shape: "time"; chart: TimeChart }
  | { shape: "pie"; chart: CategoryChart }
  | { shape: "bars"; chart: CategoryChart }
  | { shape: "table"; table: NumberTable }
  | { shape: "number"; figure: Figure }
  | { shape: "heatmap"; chart: Heatmap }
  | { shape: "errors"; rows: ErrorRow[] }
  | { shape: "feedback"; rows: FeedbackRow[] }
  | { shape: "experiments"; rows: ExperimentRow[] }
  | { shape: "budgets"; rows: BudgetRow[] }
  | { shape: "alerts"; rows: AlertRow[] }
  | { shape: "text"; text: string }
  | { shape: "nothing"; title: string; hint: string };

const NO_CALLS: Prepared = {
  shape: "nothing",
  title: "No calls in this time range",
  hint: "Choose a longer range or other filters.",
};

/** Decide what a widget draws from its answer. Pure. */
export function prepareWidget(widget: Widget, data: WidgetData, scene: Scene): Prepared {
  switch (widget.kind) {
    case "line":
    case "area":
    case "bar":
      return data.result == null ? NO_CALLS : chartOf(widget, widget.kind, data, data.result, scene);
    case "pie":
      return data.result == null ? NO_CALLS : categoriesOf(widget, "pie", data, data.result, scene);
    case "table":
      return data.result == null ? NO_CALLS : tableOf(widget, data, data.result, scene);
    case "number":
      return figureOf(data);
    case "heatmap":
      return data.distribution == null || data.distribution.total === 0
        ? NO_CALLS
        : { shape: "heatmap", chart: prepareHeatmap(data.distribution, scene.timeZone, marksFor(widget, scene)) };
    case "errors":
      return listed(
        data.errors,
        "No failures in this time range",
        "Failed calls are gathered here by their message.",
        (rows) => ({ shape: "errors", rows }),
      );
    case "feedback":
      return listed(
        data.feedback,
        "No scores in this time range",
        "What users and reviewers say arrives by POST /api/v1/scores.",
        (rows) => ({ shape: "feedback", rows }),
      );
    case "experiments":
      return listed(
        data.experiments,
        "No experiments yet",
        "They compare versions of a prompt on real traffic.",
        (rows) => ({ shape: "experiments", rows }),
      );
    case "budgets":
      return listed(data.budgets, "No budgets yet", "A budget is set on the page Costs.", (rows) => ({
        shape: "budgets",
        rows,
      }));
    case "alerts":
      return listed(data.alerts, "No alerts", "Nothing needs attention.", (rows) => ({ shape: "alerts", rows }));
    case "text":
      return { shape: "text", text: widget.text };
  }
}

function listed<Row>(
  rows: Row[] | null | undefined,
  title: string,
  hint: string,
  shown: (rows: Row[]) => Prepared,
): Prepared {
  return rows == null || rows.length === 0 ? { shape: "nothing", title, hint } : shown(rows);
}

function chartOf(widget: Widget, kind: ChartKind, data: WidgetData, result: QueryResult, scene: Scene): Prepared {
  if (result.buckets === null) return categoriesOf(widget, "bars", data, result, scene);
  const chart = timeChartOf(widget, kind, data, result, scene);
  return chart.empty ? NO_CALLS : { shape: "time", chart };
}

function timeChartOf(widget: Widget, kind: ChartKind, data: WidgetData, result: QueryResult, scene: Scene): TimeChart {
  const { metrics } = result;
  const [only] = metrics;
  const known = metrics.length === 1 && only !== undefined ? scene.metrics?.get(only.key) : undefined;
  const bands = known?.bands !== undefined && known.bands.length > 0 ? known.bands : null;
  const keys = metrics.map(({ key }) => key);
  const chart = prepareTimeChart(
    result,
    { kind, metrics: keys, bands, targets: thresholdTargets(keys, scene.metrics) },
    scene.timeZone,
    marksFor(widget, scene),
  );
  return { ...chart, total: Math.max(chart.total, metrics.length === 1 ? (data.groups_total ?? 0) : 0) };
}

function categoriesOf(
  widget: Widget,
  shape: "pie" | "bars",
  data: WidgetData,
  result: QueryResult,
  scene: Scene,
): Prepared {
  const [metric] = result.metrics;
  if (metric === undefined) return NO_CALLS;
  const values = result.values[metric.key] ?? [];
  const categories = result.groups.map((group, index) => ({
    key: groupLabel(group),
    label: groupLabel(group),
    value: values[index]?.[0] ?? null,
    href: hrefOf(widget, group, scene),
  }));
  const chart = prepareCategories(categories, {
    label: metric.label,
    unit: metric.unit,
    most: widget.query.limit,
    ...(data.groups_total == null ? {} : { total: data.groups_total }),
    whole: shape === "pie" ? (data.totals?.values[metric.key]?.[0]?.[0] ?? null) : null,
    none: `${titleOf(widget, scene.metrics)}: nothing in this time range`,
  });
  if (chart.none !== null && !chart.empty) return { shape: "nothing", title: chart.none, hint: "" };
  return chart.empty ? NO_CALLS : { shape, chart };
}

function tableOf(widget: Widget, data: WidgetData, result: QueryResult, scene: Scene): Prepared {
  if (result.buckets !== null) {
    const chart = timeChartOf(widget, "line", data, result, scene);
    return chart.empty ? NO_CALLS : { shape: "time", chart };
  }
  const { metrics } = result;
  const groups = result.groups.length === 0 && widget.query.by.length === 0 ? [{}] : result.groups;
  if (groups.length === 0) return NO_CALLS;
  const rows = groups.map((group, index) => ({
    key: groupLabel(group),
    names: Object.values(group),
    values: metrics.map(({ key }) => result.values[key]?.[index]?.[0] ?? null),
    href: hrefOf(widget, group, scene),
  }));
  const total = Math.max(data.groups_total ?? 0, rows.length);
  return { shape: "table", table: { dimensions: Object.keys(groups[0] ?? {}), metrics, rows, total } };
}

function figureOf({ result, totals }: WidgetData): Prepared {
  const metric = totals?.metrics[0];
  if (totals == null || metric === undefined) return NO_CALLS;
  return {
    shape: "number",
    figure: {
      metric,
      value: totals.values[metric.key]?.[0]?.[0] ?? null,
      change: totals.change?.[metric.key]?.[0],
      points: result?.values[metric.key]?.[0] ?? [],
      partialLast: result?.last_bucket_partial ?? false,
    },
  };
}

/** What is marked are the deployments of the page's time. */
function marksFor(widget: Widget, scene: Scene): Scene["marks"] {
  return widget.query.range == null ? scene.marks : [];
}

/** The calls that a group of a widget counts. */
function hrefOf(widget: Widget, group: Group, scene: Scene): string | null {
  if (scene.ways === null) return null;
  const of = Object.entries(group).map(([dimension, value]): Filter => ({ dimension, op: "in", values: [value] }));
  const own = widget.query.where.filter(({ dimension }) => !(dimension in group));
  return scene.ways.calls([...own, ...of], rangeOf(widget, scene));
}
