import type { DossierChart } from "../../../api/incidents";
import { marksOf, type Happening } from "../../../charts/marks";
import { axesOf, roundAxis, type DrawnTarget, type Series, type TimeChart } from "../../../charts/prepare";
import { timeTicks } from "../../../charts/ticks";
import { format } from "../../../format/number";

const MAX_TICKS = 7;
const HEADROOM = 1.05;

/** The metric around an incident: what it was, what was expected, where the threshold lay. Pure. */
export function prepareDossier(chart: DossierChart, timeZone: string, happenings: readonly Happening[]): TimeChart {
  const buckets = chart.buckets.map((at) => Date.parse(at));
  const { unit, label } = chart;
  const value: Series = { key: "value", identity: label, colour: 0, label, unit, points: chart.values };
  const expected: Series[] =
    chart.expected == null
      ? []
      : [
          {
            key: "expected",
            identity: "expected",
            colour: 7,
            label: "Normal",
            unit,
            points: chart.expected,
            expected: true,
            ...(chart.low == null || chart.high == null ? {} : { interval: { low: chart.low, high: chart.high } }),
          },
        ];
  const series = [value, ...expected];
  const targets: DrawnTarget[] =
    chart.threshold == null
      ? []
      : [
          {
            metric: chart.metric,
            value: chart.threshold,
            label: `fires at ${format(chart.threshold, unit)}`,
            colour: 1,
          },
        ];
  const bounded = targets.map((one) => one.value);
  const known = series.flatMap(({ points }) => points.filter((point) => point !== null));
  const highest = Math.max(0, ...bounded, ...known);
  // of a share there is no more than all
  const most = unit === "percent" && chart.values.every((one) => one === null || one <= 100) ? 100 : Infinity;
  const top = Math.min(most, highest);
  const step = (buckets[1] ?? 0) - (buckets[0] ?? 0);
  return {
    kind: "line",
    timeZone,
    buckets,
    ticks: timeTicks(buckets, timeZone, MAX_TICKS),
    series,
    previous: null,
    total: 1,
    // what is normal may be anything on quiet days: the metric and its threshold say how high the chart is
    axes: axesOf(series.map(withoutInterval), "line", bounded, []).map((axis) =>
      axis.max !== null && axis.max >= top ? axis : { ...axis, min: 0, ...roundAxis(top * HEADROOM) },
    ),
    partialLast: false,
    thresholds: [],
    bands: null,
    targets,
    marks: marksOf(happenings, buckets, (buckets.at(-1) ?? 0) + step),
    empty: known.length === 0,
    none: null,
  };
}

function withoutInterval({ key, identity, colour, label, unit, points }: Series): Series {
  return { key, identity, colour, label, unit, points };
}
