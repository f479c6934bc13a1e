import type { Distribution } from "../../api/analysis";
import { formatAxis, type Unit } from "../../format/number";
import { marksOf, type Happening, type Mark } from "../marks";
import { timeTicks, type Tick } from "../ticks";

export interface Cell {
  bucket: number;
  bin: number;
  count: number;
  /** From 0 to 1. */
  shade: number;
}

/** How a distribution changes over time. */
export interface Heatmap {
  timeZone: string;
  label: string;
  unit: Unit;
  /** Epoch milliseconds, ascending. */
  buckets: number[];
  /** End of the last bucket. */
  end: number;
  ticks: Tick[];
  bins: readonly { low: number; high: number }[];
  /** Beside the axis, of the bins that have a label. */
  binTicks: Tick[];
  /** Those with something in them. */
  cells: readonly Cell[];
  /** The count of the darkest cell. */
  most: number;
  total: number;
  unknown: number;
  marks: readonly Mark[];
  empty: boolean;
}

const MAX_TICKS = 7;
const BIN_LABELS = 6;

/** Decide everything a heatmap over time shows. Pure. */
export function prepareHeatmap(answer: Distribution, timeZone: string, happenings: readonly Happening[] = []): Heatmap {
  const buckets = (answer.buckets ?? []).map((at) => Date.parse(at));
  const end = Date.parse(answer.end);
  const most = Math.max(0, ...answer.counts.flat());
  const cells = answer.counts.flatMap((counts, bucket) =>
    counts.flatMap((count, bin): Cell[] =>
      // few beside many must still be seen, so shades grow by the root
      count === 0 ? [] : [{ bucket, bin, count, shade: Math.sqrt(count / most) }],
    ),
  );
  const every = Math.max(1, Math.ceil(answer.bins.length / BIN_LABELS));
  return {
    timeZone,
    label: answer.label,
    unit: answer.unit,
    buckets,
    end,
    ticks: timeTicks(buckets, timeZone, MAX_TICKS),
    bins: answer.bins,
    binTicks: answer.bins.flatMap(({ low }, index) =>
      index % every === 0 ? [{ index, label: formatAxis(low, answer.unit) }] : [],
    ),
    cells,
    most,
    total: answer.total,
    unknown: answer.unknown,
    marks: marksOf(happenings, buckets, end),
    empty: cells.length === 0,
  };
}
