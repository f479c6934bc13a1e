import type { ExperimentVariant, TrendAnswer } from "../../../api/experiments";
import { marksOf, type Happening } from "../../../charts/marks";
import type { Axis, Series, TimeChart } from "../../../charts/prepare";
import { timeTicks } from "../../../charts/ticks";

/** What is drawn over time: each bucket alone, everything until then, or the difference to control. */
export type TrendView = "value" | "cumulated" | "lift";

export const TREND_VIEWS: readonly { value: TrendView; label: string; says: string }[] = [
  { value: "cumulated", label: "Until then", says: "The value of everything since the start." },
  { value: "value", label: "Each period", says: "The value of each period alone." },
  { value: "lift", label: "Lift", says: "The difference to control since the start, with its interval." },
];

export function parseTrendView(text: string | null): TrendView {
  return TREND_VIEWS.find(({ value }) => value === text)?.value ?? "cumulated";
}

interface Shown {
  view: TrendView;
  variants: readonly ExperimentVariant[];
  timeZone: string;
  happenings: readonly Happening[];
  /** Part of the time to show, epoch milliseconds [start, end); null is all. */
  span: { start: number; end: number } | null;
  /** The last bucket is still filling. */
  running: boolean;
}

const MAX_TICKS = 7;

/** Decide what the chart of a metric over time shows. A variant keeps its colour: its place in the experiment. */
export function prepareTrend(
  trend: TrendAnswer,
  { view, variants, timeZone, happenings, span, running }: Shown,
): TimeChart {
  const all = trend.buckets.map((at) => Date.parse(at));
  const size = (all[1] ?? 0) - (all[0] ?? 0);
  const end = (all.at(-1) ?? 0) + Math.max(size, 1);
  const kept = all.flatMap((at, index) => (span === null || (at >= span.start && at < span.end) ? [index] : []));
  const shown = kept.length < 2 ? all.map((_, index) => index) : kept;
  const buckets = shown.map((index) => all[index] ?? 0);
  const pick = (points: readonly (number | null)[]) => shown.map((index) => points[index] ?? null);
  const series = view === "lift" ? lifts(trend, variants, pick) : values(trend, view, variants, pick);
  const reachesEnd = shown.at(-1) === all.length - 1;
  return {
    kind: "line",
    timeZone,
    buckets,
    ticks: timeTicks(buckets, timeZone, MAX_TICKS),
    series,
    previous: null,
    total: series.length,
    axes: [axisOf(series, view === "lift")],
    partialLast: running && reachesEnd && view === "value",
    thresholds: view === "lift" ? [0] : [],
    bands: null,
    marks: marksOf(happenings, buckets, reachesEnd ? end : (buckets.at(-1) ?? 0) + size),
    empty: series.every(({ points }) => points.every((point) => point === null)),
    none: null,
  };
}

type Pick = (points: readonly (number | null)[]) => (number | null)[];

function values(
  trend: TrendAnswer,
  view: "value" | "cumulated",
  variants: readonly ExperimentVariant[],
  pick: Pick,
): Series[] {
  return trend.series.map((one) => ({
    ...named(one.variant_id, variants),
    unit: trend.unit,
    points: pick(view === "value" ? one.values : one.cumulated),
  }));
}

function lifts(trend: TrendAnswer, variants: readonly ExperimentVariant[], pick: Pick): Series[] {
  return trend.lifts.map((one) => ({
    ...named(one.variant_id, variants),
    unit: "percent",
    points: pick(one.lift),
    interval: { low: pick(one.low), high: pick(one.high) },
  }));
}

function named(id: string, variants: readonly ExperimentVariant[]): Identity {
  const place = variants.findIndex((variant) => variant.id === id);
  return { key: id, identity: id, colour: Math.max(0, place), label: variants[place]?.name ?? id };
}

type Identity = Omit<Series, "unit" | "points">;

const STEPS = [1, 2, 5, 10];
const MOST_STEPS = 4;

/** Round limits around what is drawn. A ratings' difference of a tenth is seen: the axis need not begin at 0. */
function axisOf(series: readonly Series[], withZero: boolean): Axis {
  const unit = series[0]?.unit ?? "score";
  const points = series.flatMap((one) => one.points).filter((point) => point !== null);
  const bounds = series.flatMap(({ interval }) => (interval === undefined ? [] : [...interval.low, ...interval.high]));
  const reach = withZero
    ? clipped(
        points,
        bounds.filter((bound) => bound !== null),
      )
    : points;
  if (reach.length === 0) return { unit, min: null, max: null, step: null };
  let low = Math.min(...reach, ...(withZero ? [0] : []));
  const high = Math.max(...reach, ...(withZero ? [0] : []));
  if (low >= 0 && high - low > high / 2) low = 0;
  const range = high - low || Math.abs(high) || 1;
  const size = 10 ** Math.floor(Math.log10(range / MOST_STEPS));
  const step = size * (STEPS.find((times) => range / (size * times) <= MOST_STEPS) ?? 10);
  const round = (value: number) => Number(value.toPrecision(12)); // 0.2 * 23 is 4.6000000000000005
  return {
    unit,
    min: round(Math.floor(low / step) * step),
    max: round(Math.ceil(high / step) * step),
    step: round(step),
  };
}

/** Intervals of the first few units are huge: they may leave the chart, so that the later ones can be read. */
function clipped(points: readonly number[], bounds: readonly number[]): number[] {
  const sizes = bounds.map(Math.abs).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length * 0.75)] ?? 0;
  const most = Math.max(usual * 1.25, ...points.slice(-Math.ceil(points.length / 2)).map(Math.abs));
  return [...points, ...bounds].map((value) => Math.min(most, Math.max(-most, value)));
}
