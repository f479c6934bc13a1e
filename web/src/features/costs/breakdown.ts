import type { QueryResult } from "../../api/types";
import { groupLabel } from "../../charts/prepare";

/** What the cost is split by: its name in the address, and the dimension. */
export const SPLITS = [
  { value: "prompt", label: "Prompt", dimension: "prompt_id" },
  { value: "model", label: "Model", dimension: "model" },
  { value: "feature", label: "Feature", dimension: "feature" },
  { value: "user", label: "User", dimension: "user_id" },
] as const;
export type Split = (typeof SPLITS)[number];

export function splitOf(value: string | null): Split {
  return SPLITS.find((split) => split.value === value) ?? SPLITS[0];
}

export interface CostRow {
  /** null is "not given". */
  name: string | null;
  label: string;
  values: Record<string, number | null>;
}

/** A row for each group of the answer. */
export function costRows(result: QueryResult, { dimension }: Split): CostRow[] {
  return result.groups.map((group, index) => ({
    name: group[dimension] ?? null,
    label: groupLabel(group),
    values: Object.fromEntries(result.metrics.map(({ key }) => [key, result.values[key]?.[index]?.[0] ?? null])),
  }));
}
