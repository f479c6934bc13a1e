import { csvOf } from "../csv";
import type { Heatmap } from "./prepareHeatmap";

/** A line for each cell with something in it. */
export function heatmapCsv({ buckets, bins, cells, label, unit }: Heatmap): string {
  return csvOf(
    ["time (UTC)", `${label} from (${unit})`, `${label} to (${unit})`, "calls"],
    cells.map(({ bucket, bin, count }) => [
      new Date(buckets[bucket] ?? 0).toISOString(),
      bins[bin]?.low ?? null,
      bins[bin]?.high ?? null,
      count,
    ]),
  );
}
