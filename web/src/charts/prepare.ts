import type { Band, Group, MetricInfo, QueryResult } from "../api/types";
import type { Unit } from "../format/number";
import { versionName } from "../format/versionName";
import { assignColours } from "./colours";
import { marksOf, type Happening, type Mark } from "./marks";
import { timeTicks, type Tick } from "./ticks";

export type ChartKind = "line" | "area" | "bar";

/** What a chart is to show; areas and bars are stacked. */
export interface ChartSpec {
  kind: ChartKind;
  /** Metric keys, in the order they are stacked or listed. */
  metrics: readonly string[];
  /** The statuses of the value: lines at their borders; a line that is alone is coloured by its status. */
  bands?: readonly Band[] | null;
  /** What it means when there is no value, or every value is 0; without it a line at 0 is drawn. */
  none?: string;
  /** Metrics drawn as lines over the rest, on an axis of their own at the right. */
  overlay?: readonly string[];
  /** Values that are aimed at. */
  targets?: readonly Target[];
  /** Names that say more here than those of the catalogue, by metric. */
  labels?: Readonly<Record<string, string>>;
}

/** A value that a metric should not pass, drawn as a line in the colour of its series. */
export interface Target {
  metric: string;
  value: number;
  /** Short enough to stand on the chart. */
  label: string;
}

export interface DrawnTarget extends Omit<Target, "label"> {
  colour: number;
  /** null where its neighbour's label, or the axis, is in the way. */
  label: string | null;
}

/** More to say of a bucket than its values. */
export interface Remark {
  text: string;
  count: number;
}

export interface Series {
  key: string;
  /** What keeps its colour wherever it is drawn: the metric, or the group where several are drawn. */
  identity: string;
  /** Place in the palette. */
  colour: number;
  label: string;
  unit: Unit;
  /** One for each bucket; null is no data and stays a gap. */
  points: (number | null)[];
  /** How sure the points are: drawn as a band around the line. */
  interval?: Interval;
  /** A line over the rest, on the axis at the right. */
  overlay?: true;
  /** Not measured but expected: drawn broken. */
  expected?: true;
}

/** Bounds, one for each bucket. */
export interface Interval {
  low: (number | null)[];
  high: (number | null)[];
}

/** Buckets from `from` until `to`, both with it, of which `text` tells. */
export interface Span {
  from: number;
  to: number;
  text: string;
}

export interface Axis {
  unit: Unit;
  min: number | null;
  max: number | null;
  /** Distance of its labels; null is for the chart to choose. */
  step: number | null;
  /** The axis at the right, of the series that lie over the rest. */
  overlay?: true;
}

export interface TimeChart {
  kind: ChartKind;
  timeZone: string;
  /** Epoch milliseconds, ascending. */
  buckets: number[];
  ticks: Tick[];
  series: Series[];
  /** The same line one period earlier, bucket by bucket; only beside a single series. */
  previous: Series | null;
  /** How many series there are; more than are shown when there are too many. */
  total: number;
  axes: Axis[];
  /** The last bucket is still filling. */
  partialLast: boolean;
  /** Values at which a line is drawn across: where a better band begins. */
  thresholds: readonly number[];
  bands: readonly Band[] | null;
  /** Those that fit on the axis. */
  targets?: readonly DrawnTarget[];
  /** Of each bucket. */
  remarks?: readonly (readonly Remark[])[];
  /** What happened meanwhile: lines from top to bottom. */
  marks: readonly Mark[];
  /** Times that stand out: areas from top to bottom. */
  spans?: readonly Span[];
  /** No series has any value. */
  empty: boolean;
  /** What to say instead of drawing a chart of zeros. */
  none: string | null;
}

export const MAX_SERIES = 12;
const MAX_TICKS = 7;

/** Decide everything a time chart shows. Pure: no React, no ECharts, no locale state. */
export function prepareTimeChart(
  result: QueryResult,
  spec: ChartSpec,
  timeZone: string,
  happenings: readonly Happening[] = [],
): TimeChart {
  const buckets = (result.buckets ?? []).map((at) => Date.parse(at));
  const named = withLabels(result, spec.labels ?? {});
  const all = seriesOf(named, spec.metrics, result.values);
  const over = seriesOf(named, spec.overlay ?? [], result.values).map((one) => ({ ...one, overlay: true as const }));
  const ranked = spec.metrics.length > 1 && result.groups.length <= 1 ? all : byMagnitude(all);
  const candidates = spec.kind === "line" ? ranked : withoutZeros(ranked);
  const shown: Series[] = [...candidates.slice(0, MAX_SERIES), ...over];
  const colours = assignColours(shown.map(({ identity }) => identity));
  const series = shown.map((one) => ({ ...one, colour: colours.get(one.identity) ?? 0 }));
  const [only] = series;
  const single = series.length === 1 && only !== undefined && spec.kind === "line";
  const thresholds = bordersOf(spec.bands ?? []);
  const bands = single ? (spec.bands ?? null) : null;
  const before =
    single && bands === null && result.compare ? seriesOf(result, spec.metrics, result.compare.values)[0] : undefined;
  const targets = targetLines(spec.targets ?? [], series);
  const previous = before === undefined ? null : { ...before, label: "Previous period", points: fit(before, buckets) };
  return {
    kind: spec.kind,
    timeZone,
    buckets,
    ticks: timeTicks(buckets, timeZone, MAX_TICKS),
    series,
    previous,
    total: candidates.length + over.length,
    axes: axesOf(previous === null ? series : [...series, previous], spec.kind, thresholds, targets),
    partialLast: result.last_bucket_partial,
    thresholds,
    bands,
    targets,
    marks: marksOf(happenings, buckets, Date.parse(result.end)),
    empty: series.every(({ points }) => points.every((point) => point === null)),
    none: series.every(({ points }) => points.every((point) => (point ?? 0) === 0)) ? (spec.none ?? null) : null,
  };
}

/** What stands for all marks among the keys of series. */
export const MARKS = "marks";

/** The chart without the series a person switched off. */
export function withoutSeries(chart: TimeChart, hidden: ReadonlySet<string>): TimeChart {
  if (hidden.size === 0) return chart;
  const series = chart.series.filter(({ key }) => !hidden.has(key));
  const previous = hidden.has("previous") ? null : chart.previous;
  const drawn = previous === null ? series : [...series, previous];
  const targets = (chart.targets ?? []).filter(({ metric }) => series.some(({ identity }) => identity === metric));
  const axes = drawn.length === 0 ? chart.axes : axesOf(drawn, chart.kind, chart.thresholds, targets);
  return { ...chart, series, previous, axes, targets, marks: hidden.has(MARKS) ? [] : chart.marks };
}

/** Name of a group: its values, "no user" where a call had none, "v4" for a version that is a number. */
export function groupLabel(group: Group): string {
  return Object.entries(group)
    .map(([dimension, value]) =>
      dimension === "prompt_version" && value !== null
        ? versionName(value)
        : (value ?? `no ${dimension.replaceAll("_", " ").replace(/ id$/, "")}`),
    )
    .join(" · ");
}

function withLabels(result: QueryResult, labels: Readonly<Record<string, string>>): QueryResult {
  return { ...result, metrics: result.metrics.map((one) => ({ ...one, label: labels[one.key] ?? one.label })) };
}

/** A target far above all values would press them flat: it is left to the words around the chart. */
const FAR = 2.5;

/** Labels nearer than this share of the axis would lie on each other. */
const LABEL_ROOM = 0.09;

/** Those of `targets` whose series is drawn, in its colour, the lowest first. */
export function targetLines(targets: readonly Target[], series: readonly Series[]): DrawnTarget[] {
  const highest = Math.max(0, ...series.flatMap(valuesOf));
  const near = targets.filter(({ value }) => value <= highest * FAR).sort((a, b) => a.value - b.value);
  const room = Math.max(highest, ...near.map(({ value }) => value)) * LABEL_ROOM;
  let last = 0;
  return near.flatMap((target) => {
    const own = series.find(({ identity }) => identity === target.metric);
    if (own === undefined) return [];
    const fits = target.value - last >= room;
    if (fits) last = target.value;
    return [{ ...target, colour: own.colour, label: fits ? target.label : null }];
  });
}

function seriesOf(result: QueryResult, keys: readonly string[], values: QueryResult["values"]): Series[] {
  const metrics = keys.flatMap((key) => result.metrics.find((metric) => metric.key === key) ?? []);
  const groups = result.groups.length === 0 ? [{}] : result.groups;
  return metrics.flatMap((metric) =>
    groups.map((group, g) => {
      const name = groupLabel(group);
      return {
        key: `${metric.key}|${name}`,
        identity: name === "" ? metric.key : name,
        colour: 0,
        label: labelOf(metric, name, metrics.length),
        unit: metric.unit,
        points: values[metric.key]?.[g] ?? [],
      };
    }),
  );
}

function labelOf(metric: MetricInfo, group: string, metrics: number): string {
  if (group === "") return metric.label;
  return metrics === 1 ? group : `${group} · ${metric.label}`;
}

function byMagnitude(series: Series[]): Series[] {
  const size = ({ points }: Series) => points.reduce<number>((sum, point) => sum + Math.abs(point ?? 0), 0);
  return [...series].sort((a, b) => size(b) - size(a));
}

/** What adds nothing to a stack is left out of it, unless nothing does. */
function withoutZeros(series: Series[]): Series[] {
  const some = series.filter(({ points }) => points.some((point) => point !== null && point !== 0));
  return some.length === 0 ? series : some;
}

/** Where each band but the lowest begins. */
function bordersOf(bands: readonly Band[]): number[] {
  const lowest = Math.min(...bands.map(({ above }) => above));
  return bands.map(({ above }) => above).filter((above) => above > lowest);
}

function fit({ points }: Series, buckets: readonly number[]): (number | null)[] {
  return buckets.map((_, index) => points[index] ?? null);
}

const MAX_STEPS = 4;

/** What is drawn of a series, upper bounds with it. */
export function valuesOf({ points, interval }: Series): number[] {
  return [...points, ...(interval?.high ?? [])].filter((point) => point !== null);
}

/** One axis a unit; room for the targets of its series. */
export function axesOf(
  series: readonly Series[],
  kind: ChartKind,
  thresholds: readonly number[],
  targets: readonly DrawnTarget[],
): Axis[] {
  const own = series.filter(({ overlay }) => overlay !== true);
  const over = series.filter(({ overlay }) => overlay === true);
  const units = [...new Set(own.map(({ unit }) => unit))];
  const aims = (unit: Unit) => {
    const measured = new Set(own.filter((one) => one.unit === unit).map(({ identity }) => identity));
    return Math.max(0, ...targets.filter(({ metric }) => measured.has(metric)).map(({ value }) => value));
  };
  return [
    ...units.map((unit) => axisOf(own, unit, kind, thresholds, aims(unit))),
    ...over.slice(0, 1).map(({ unit }) => ({ ...axisOf(over, unit, "line", [], 0), overlay: true as const })),
  ];
}

/** Over a target that stands above all values. */
const HEADROOM = 1.05;
/** Where an axis may end, and in how many steps, for each power of ten. */
const ENDS = [
  { end: 2, steps: 4 },
  { end: 3, steps: 3 },
  { end: 4, steps: 4 },
  { end: 6, steps: 3 },
  { end: 8, steps: 4 },
  { end: 10, steps: 5 },
] as const;

/** Where an axis ends that reaches `highest`, and the distance of its labels. */
export function roundAxis(highest: number): { max: number; step: number } {
  const size = 10 ** Math.floor(Math.log10(highest));
  const { end, steps } = ENDS.find((one) => one.end * size >= highest) ?? ENDS[5];
  return { max: end * size, step: (end * size) / steps };
}

function axisOf(
  series: readonly Series[],
  unit: Unit,
  kind: ChartKind,
  thresholds: readonly number[],
  atLeast: number,
): Axis {
  const same = series.filter((one) => one.unit === unit);
  const values = same.flatMap(valuesOf);
  if (kind === "line" && unit === "percent") return percentAxis(values, thresholds);
  if (unit === "percent" && stacked(same) <= 100 + ROUNDING) return { unit, min: 0, max: 100, step: 25 };
  const highest = Math.max(0, ...values);
  if (kind === "line" && unit === "ms") return timeAxis(Math.max(atLeast, highest));
  return atLeast > highest
    ? { unit, min: 0, ...roundAxis(atLeast * HEADROOM) }
    : { unit, min: null, max: null, step: null };
}

/** Shares that add up to 100 may miss it by the last digit. */
const ROUNDING = 0.01;

/** The highest point of series on top of each other. */
function stacked(series: readonly Series[]): number {
  const length = Math.max(0, ...series.map(({ points }) => points.length));
  const at = (index: number) => series.reduce((sum, { points }) => sum + (points[index] ?? 0), 0);
  return Math.max(0, ...Array.from({ length }, (_, index) => at(index)));
}

/** A rate near 100 is read from its distance to 100, one near 0 from its distance to 0. */
function percentAxis(values: readonly number[], thresholds: readonly number[]): Axis {
  if (values.length === 0) return { unit: "percent", min: 0, max: 100, step: 25 };
  const lowest = Math.min(...values, ...thresholds);
  const highest = Math.max(...values);
  if (lowest < 50) return { unit: "percent", min: 0, max: highest > 50 ? 100 : null, step: highest > 50 ? 25 : null };
  const below = (step: number) => Math.max(0, Math.floor((lowest - 1) / step) * step);
  const step = [5, 10].find((size) => (100 - below(size)) / size <= MAX_STEPS) ?? 25;
  return { unit: "percent", min: below(step), max: 100, step };
}

/** Steps that people count time in, milliseconds. */
const TIME_STEPS = [0.1, 1, 10, 100]
  .flatMap((size) => [size, 2 * size, 5 * size])
  .concat([1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * 1000))
  .concat([1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * 60_000))
  .concat([1, 2, 5, 10, 24].map((hours) => hours * 3_600_000));

function timeAxis(highest: number): Axis {
  const step = TIME_STEPS.find((size) => highest / size <= MAX_STEPS);
  if (step === undefined || highest === 0) return { unit: "ms", min: null, max: null, step: null };
  return { unit: "ms", min: 0, max: Math.ceil(highest / step) * step, step };
}
