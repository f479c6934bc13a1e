import type { Filter as Condition } from "../../api/types";
import { whereParam } from "../../state/whereParam";

/** A filter that links set by a parameter of its own; its key is the parameter's name in the address and in the API. */
export interface Filter {
  key: string;
  label: string;
  /** As one condition on a field, where it is not "is". */
  condition?: Pick<Condition, "dimension" | "op">;
}

export const FILTERS: readonly Filter[] = [
  { key: "status", label: "Status" },
  { key: "error_type", label: "Error type" },
  { key: "error_family", label: "Error family" },
  { key: "model", label: "Model" },
  { key: "provider", label: "Provider" },
  { key: "prompt_version", label: "Prompt version" },
  { key: "feature", label: "Feature" },
  { key: "operation", label: "Operation" },
  { key: "user_id", label: "User" },
  { key: "session_id", label: "Session" },
  { key: "trace_id", label: "Trace" },
  { key: "experiment_id", label: "Experiment" },
  { key: "variant_id", label: "Variant" },
  { key: "min_latency_ms", label: "Latency, at least (ms)", condition: { dimension: "latency_ms", op: "gte" } },
  { key: "max_latency_ms", label: "Latency, at most (ms)", condition: { dimension: "latency_ms", op: "lte" } },
  { key: "cost_source", label: "Cost source" },
];

/** In ids, users, sessions and errors. */
export const SEARCH = "search";
/** In messages. */
export const TEXT = "text";
const WHERE = "where";

export interface ActiveFilter {
  filter: Filter;
  value: string;
}

/** The filters that links set in an address. */
export function activeFilters(params: URLSearchParams): ActiveFilter[] {
  return FILTERS.flatMap((filter) => {
    const value = params.get(filter.key);
    return value === null || value === "" ? [] : [{ filter, value }];
  });
}

/** The address with a filter set; an empty value takes it away. */
export function withFilter(params: URLSearchParams, key: string, value: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value.trim() === "") next.delete(key);
  else next.set(key, value.trim());
  return next;
}

/** The conditions in an address; what cannot be read is none. */
export function conditionsOf(params: URLSearchParams): Condition[] {
  try {
    const read: unknown = JSON.parse(params.get(WHERE) ?? "[]");
    return Array.isArray(read) ? read.filter(isCondition) : [];
  } catch {
    return [];
  }
}

/** The address with these conditions. */
export function withConditions(params: URLSearchParams, conditions: readonly Condition[]): URLSearchParams {
  return withFilter(params, WHERE, conditions.length === 0 ? "" : whereParam(conditions));
}

/** The address without any filter. */
export function withoutFilters(params: URLSearchParams): URLSearchParams {
  return FILTERS.reduce((rest, { key }) => withFilter(rest, key, ""), withConditions(params, []));
}

/** Every filter of an address as the metric query takes them. */
export function allConditions(params: URLSearchParams): Condition[] {
  const ofLinks = activeFilters(params).map(({ filter: { key, condition }, value }): Condition => {
    return { dimension: condition?.dimension ?? key, op: condition?.op ?? "in", values: [value] };
  });
  const words = [SEARCH, TEXT].flatMap((dimension): Condition[] => {
    const value = params.get(dimension);
    return value === null || value === "" ? [] : [{ dimension, op: "contains", values: [value] }];
  });
  return [...ofLinks, ...words, ...conditionsOf(params)];
}

/** What the API takes as parameters. */
export function filterParams(params: URLSearchParams): Record<string, string | null> {
  const given = activeFilters(params).map(({ filter, value }) => [filter.key, value] as const);
  const other = [SEARCH, TEXT, WHERE].map((key) => [key, params.get(key) === "" ? null : params.get(key)] as const);
  return Object.fromEntries([...given, ...other.filter(([, value]) => value !== null)]);
}

/** The values of a field between two bounds, beside the other conditions. */
export function withBounds(
  conditions: readonly Condition[],
  dimension: string,
  bounds: { low: number; high: number } | null,
): Condition[] {
  const others = conditions.filter((one) => one.dimension !== dimension || (one.op !== "gte" && one.op !== "lt"));
  if (bounds === null) return others;
  return [...others, { dimension, op: "gte", values: [bounds.low] }, { dimension, op: "lt", values: [bounds.high] }];
}

/** The bounds that `withBounds` set. */
export function boundsOf(conditions: readonly Condition[], dimension: string) {
  const value = (op: Condition["op"]) => {
    const found = conditions.find((one) => one.dimension === dimension && one.op === op)?.values[0];
    return typeof found === "number" ? found : null;
  };
  return { low: value("gte"), high: value("lt") };
}

function isCondition(value: unknown): value is Condition {
  if (typeof value !== "object" || value === null) return false;
  const { dimension, op, values } = value as Record<string, unknown>;
  return typeof dimension === "string" && typeof op === "string" && Array.isArray(values) && values.length > 0;
}
