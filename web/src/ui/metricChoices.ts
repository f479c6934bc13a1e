import type { CatalogueMetric } from "../api/types";
import type { Unit } from "../format/number";

export interface MetricChoices {
  group: string;
  metrics: CatalogueMetric[];
}

/** A formula of its own instead of a metric's key. */
export function isFormula(metric: string): boolean {
  return metric.startsWith("=");
}

/** What a metric is about, by its unit; in the order of the list. */
const GROUPS: readonly (readonly [string, readonly Unit[]])[] = [
  ["Counts and rates", ["count", "per_minute", "percent"]],
  ["Latency", ["ms"]],
  ["Tokens", ["tokens"]],
  ["Cost", ["usd"]],
  ["Scores and other numbers", ["score", "number"]],
];

/** The metrics that `text` finds, the project's own first. Every word must occur in the name, key or description. */
export function metricChoices(metrics: Iterable<CatalogueMetric>, text: string): MetricChoices[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...metrics].filter(({ label, key, description }) => {
    const where = `${label} ${key} ${description}`.toLowerCase();
    return words.every((word) => where.includes(word));
  });
  const inName = ({ label, key }: CatalogueMetric) =>
    words.every((word) => `${label} ${key}`.toLowerCase().includes(word));
  // those named so come before those that are only described so
  const ranked = [...found.filter(inName), ...found.filter((metric) => !inName(metric))];
  const grouped = [
    { group: "This project’s own", metrics: ranked.filter(({ custom }) => custom) },
    ...GROUPS.map(([group, units]) => ({
      group,
      metrics: ranked.filter(({ custom, unit }) => !custom && units.includes(unit)),
    })),
  ];
  return grouped.filter((one) => one.metrics.length > 0);
}

/** The text around a fault of a formula: the line it is on, and how far into it. */
export interface Fault {
  line: string;
  /** Characters of the line before it. */
  before: number;
  /** At least one, so that it can be seen; at the end of the line there may be nothing there. */
  length: number;
}

export function faultOf(formula: string, position: number, length: number): Fault {
  const at = Math.min(Math.max(0, position), formula.length);
  const start = formula.lastIndexOf("\n", at - 1) + 1;
  const next = formula.indexOf("\n", at);
  const line = formula.slice(start, next === -1 ? undefined : next);
  return { line, before: at - start, length: Math.max(1, Math.min(length, line.length - (at - start))) };
}
