import type { Budget, Period, Projection } from "../../api/costs";
import { assignColours } from "../../charts/colours";
import { axesOf, targetLines, type Series, type TimeChart } from "../../charts/prepare";
import { timeTicks } from "../../charts/ticks";
import { format } from "../../format/number";
import { momentOf } from "../../format/zone";

const MAX_TICKS = 7;
const METRIC = "total_cost_usd";
export const PREVIOUS: Record<Period, string> = { day: "Yesterday", week: "Last week", month: "Last month" };

/**
 * What has been spent since the period began and what will have been by each day to come, with its band; beside it the
 * period before, and the budgets as lines. Pure.
 */
export function prepareProjection(found: Projection, budgets: readonly Budget[]): TimeChart {
  const days = [...new Set([...found.days, ...found.ahead].map(({ day }) => day))].sort();
  const buckets = days.map((day) => momentOf(`${day}T00:00:00`, found.tz));
  const spent = new Map(found.days.map(({ day, total_usd: total }) => [day, total]));
  const ahead = new Map(found.ahead.map((day) => [day.day, day]));
  const first = days.findIndex((day) => ahead.has(day));
  // the band opens where the last whole day has ended
  const opens = first > 0 ? (spent.get(days[first - 1] ?? "") ?? null) : null;
  const expected = (pick: (day: Projection["ahead"][number]) => number) =>
    days.map((day, index) => {
      const one = ahead.get(day);
      return one === undefined ? (index === first - 1 ? opens : null) : pick(one);
    });
  const colours = assignColours([METRIC]);
  const colour = colours.get(METRIC) ?? 0;
  const base = { identity: METRIC, colour, unit: "usd" } as const;
  const series: Series[] = [
    { ...base, key: "spent", label: "Spent", points: days.map((day) => spent.get(day) ?? null) },
  ];
  if (found.ahead.length > 0) {
    series.push({
      ...base,
      key: "expected",
      label: `Projection, ${format(found.level, "percent")} band`,
      points: expected(({ total_usd: total }) => total),
      interval: { low: expected(({ low_usd: low }) => low), high: expected(({ high_usd: high }) => high) },
      expected: true,
    });
  }
  const before: Series = {
    ...base,
    key: "before",
    label: PREVIOUS[found.period],
    points: days.map((_, index) => found.before[index]?.total_usd ?? null),
  };
  const hasBefore = before.points.some((point) => point !== null);
  const targets = targetLines(
    budgets.map(({ name, amount_usd: amount }) => ({
      metric: METRIC,
      value: amount,
      label: `${name}: ${format(amount, "usd")}`,
    })),
    series,
  );
  return {
    kind: "line",
    timeZone: found.tz,
    buckets,
    ticks: timeTicks(buckets, found.tz, MAX_TICKS),
    series,
    previous: hasBefore ? before : null,
    total: series.length,
    axes: axesOf(hasBefore ? [...series, before] : series, "line", [], targets),
    partialLast: false,
    thresholds: [],
    bands: null,
    targets,
    marks: [],
    empty: series.every(({ points }) => points.every((point) => point === null)),
    none: series.every(({ points }) => points.every((point) => (point ?? 0) === 0))
      ? "Nothing was spent in this period yet"
      : null,
  };
}

/** The end of the period, epoch milliseconds. */
export function periodEnd(found: Projection): number {
  return momentOf(`${found.end}T00:00:00`, found.tz);
}

/** Budgets that the chart is of: the same period, the same calls. */
export function budgetsOf(
  budgets: readonly Budget[],
  period: Period,
  prompt: string | null,
  environment: string | null,
) {
  return budgets.filter((one) => one.period === period && one.prompt_id === prompt && one.environment === environment);
}
