import type { QueryResult } from "../../api/types";
import { promptName } from "../../ui/promptName";
import type { Sort } from "../../ui/SortHeader";

export interface Row {
  prompt: string | null;
  values: Record<string, number | null>;
}

/** One row for each prompt of an answer grouped by prompt. */
export function tableRows(result: QueryResult): Row[] {
  return result.groups.map((group, index) => ({
    prompt: group["prompt_id"] ?? null,
    values: Object.fromEntries(result.metrics.map(({ key }) => [key, result.values[key]?.[index]?.[0] ?? null])),
  }));
}

/** Sorted rows; what has no data comes last whichever way. */
export function sortRows(rows: readonly Row[], { by, descending }: Sort): Row[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    if (by === "prompt") return sign * promptName(a.prompt).localeCompare(promptName(b.prompt));
    const left = a.values[by] ?? null;
    const right = b.values[by] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}
