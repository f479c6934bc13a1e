import type { MetricResult, Versus } from "../../../api/experiments";

/** What an interval plot shows, in percent of its width. */
export interface Plot {
  zero: number;
  /** The changes too small to matter; null where the metric has no smallest effect. */
  band: { from: number; to: number } | null;
  from: number;
  to: number;
  point: number;
  /** The interval goes on beyond the edge. */
  beyondLow: boolean;
  beyondHigh: boolean;
}

/** Ends of the scale, percent of control. */
const ENDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** One metric that is hardly known must not flatten all others: its interval may leave the plot. */
const MOST_TIMES = 4;

/** One scale, from -end to end, for all lifts of a page: large enough for most of them, and for every point. */
export function scaleEnd(metrics: readonly MetricResult[]): number {
  const lifts = metrics.flatMap(({ variants }) =>
    variants.flatMap(({ versus }) => (isPlotted(versus) ? [versus] : [])),
  );
  const points = lifts.map(({ lift }) => Math.abs(lift));
  const reaches = lifts.map(({ lift_low, lift_high }) => Math.max(Math.abs(lift_low), Math.abs(lift_high)));
  const effects = metrics.map(({ min_effect }) => min_effect ?? 0);
  const smallest = reaches.length === 0 ? 0 : Math.min(...reaches);
  const wanted = Math.max(Math.min(Math.max(0, ...reaches), smallest * MOST_TIMES), ...points, ...effects);
  return ENDS.find((end) => end >= wanted * 1.02) ?? ENDS.at(-1) ?? 100;
}

/** Where the interval of a lift lies on the scale from -`end` to `end`; null when there is none. */
export function plotOf(versus: Versus | null, minEffect: number | null, end: number): Plot | null {
  if (!isPlotted(versus)) return null;
  const place = (percent: number) => Math.min(100, Math.max(0, 50 + (50 * percent) / end));
  return {
    zero: 50,
    band: minEffect === null ? null : { from: place(-minEffect), to: place(minEffect) },
    from: place(versus.lift_low),
    to: place(versus.lift_high),
    point: place(versus.lift),
    beyondLow: versus.lift_low < -end,
    beyondHigh: versus.lift_high > end,
  };
}

type Plotted = Versus & { lift: number; lift_low: number; lift_high: number };

function isPlotted(versus: Versus | null): versus is Plotted {
  return versus?.lift != null && versus.lift_low !== null && versus.lift_high !== null;
}
