import { formatExact, NO_DATA } from "../format/number";
import type { Series } from "./prepare";

/** The exact value of a series at a bucket, with its interval where it has one: "2.1 % (0.4 % to 3.8 %)". */
export function pointText({ points, interval, unit }: Series, index: number): string {
  const point = points[index] ?? null;
  if (point === null) return NO_DATA;
  const low = interval?.low[index] ?? null;
  const high = interval?.high[index] ?? null;
  const text = formatExact(point, unit);
  return low === null || high === null ? text : `${text} (${formatExact(low, unit)} to ${formatExact(high, unit)})`;
}
