import type { QueryResult } from "../../api/types";

/** A metric's total for a group of an answer without buckets. */
export function valueOf(result: QueryResult | undefined, metric: string, group = 0): number | null {
  return result?.values[metric]?.[group]?.[0] ?? null;
}
