import type { Distribution } from "../../api/analysis";
import { formatAxis, type Unit } from "../../format/number";
import type { Tick } from "../ticks";

/** How often a number takes which values. */
export interface Histogram {
  label: string;
  unit: Unit;
  bins: readonly { low: number; high: number }[];
  counts: readonly number[];
  ticks: Tick[];
  /** First and last bin that are chosen; null is all. */
  chosen: readonly [number, number] | null;
  total: number;
  unknown: number;
  empty: boolean;
}

/** Values that are chosen; null is unbounded. */
export interface Chosen {
  low: number | null;
  high: number | null;
}

const LABELS = 6;

/** Decide everything a histogram shows. Pure. */
export function prepareHistogram(answer: Distribution, { low, high }: Chosen = { low: null, high: null }): Histogram {
  const { bins, label, unit, total, unknown } = answer;
  const counts = bins.map((_, bin) => answer.counts.reduce((sum, bucket) => sum + (bucket[bin] ?? 0), 0));
  const every = Math.max(1, Math.ceil(bins.length / LABELS));
  const within = bins.flatMap((bin, index) =>
    (low === null || bin.high > low) && (high === null || bin.low < high) ? [index] : [],
  );
  const [first] = within;
  const last = within.at(-1);
  return {
    label,
    unit,
    bins,
    counts,
    ticks: bins.flatMap((bin, index) => (index % every === 0 ? [{ index, label: formatAxis(bin.low, unit) }] : [])),
    chosen: (low === null && high === null) || first === undefined || last === undefined ? null : [first, last],
    total,
    unknown,
    empty: counts.every((count) => count === 0),
  };
}
