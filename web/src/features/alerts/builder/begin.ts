import type { Filter, FilterOp } from "../../../api/types";
import { emptyValues, type RuleValues } from "./values";

const OPS: ReadonlySet<string> = new Set<FilterOp>([
  "in",
  "not_in",
  "contains",
  "not_contains",
  "gt",
  "gte",
  "lt",
  "lte",
]);

/** A new rule as its address begins it: with metric, filters and groups of a chart. What cannot be read is left out. */
export function beginOf(params: URLSearchParams): RuleValues {
  return emptyValues({
    metric: params.get("metric") ?? "",
    where: listOf(params.get("where")).filter(isFilter),
    by: listOf(params.get("by"))
      .filter((key) => typeof key === "string")
      .slice(0, 2),
  });
}

function listOf(text: string | null): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function isFilter(one: unknown): one is Filter {
  if (typeof one !== "object" || one === null) return false;
  const { dimension, op, values } = one as Partial<Record<keyof Filter, unknown>>;
  return typeof dimension === "string" && typeof op === "string" && OPS.has(op) && Array.isArray(values);
}
