import type { Sort } from "../../../ui/SortHeader";
import type { NumberTable, TableRow } from "./prepareWidget";

/** The rows of a table in the order asked for; what has no data comes last whichever way. */
export function sortedRows({ dimensions, metrics, rows }: NumberTable, { by, descending }: Sort): TableRow[] {
  const sign = descending ? -1 : 1;
  const place = dimensions.indexOf(by);
  if (place >= 0) {
    return [...rows].sort((a, b) => sign * (a.names[place] ?? "").localeCompare(b.names[place] ?? ""));
  }
  const column = metrics.findIndex(({ key }) => key === by);
  return [...rows].sort((a, b) => {
    const left = a.values[column] ?? null;
    const right = b.values[column] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}
