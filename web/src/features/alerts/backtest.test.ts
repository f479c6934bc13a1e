import { expect, test } from "vitest";
import type { Backtest } from "../../api/alerts";
import { episodeText, prepareBacktest, seriesChoices } from "./backtest";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 12, minute)).toISOString();
const episode = (start: number, end: number | null, part: Partial<Backtest["episodes"][number]> = {}) => ({
  series: "",
  group: {},
  began_at: at(start),
  start: at(start),
  end: end === null ? null : at(end),
  minutes: (end ?? 4) - start,
  peak: 9,
  at_night: false,
  held_back: false,
  cause: "condition" as const,
  ...part,
});
const line = (values: (number | null)[], part: Partial<Backtest["series"][number]> = {}) => ({
  series: "",
  group: {},
  values,
  lows: values.map(() => null),
  highs: values.map(() => 5),
  expected: [],
  ...part,
});
const tried = (part: Partial<Backtest> = {}): Backtest => ({
  start: at(0),
  end: at(4),
  step_minutes: 1,
  fired: 1,
  resolved: 1,
  longest_minutes: 1,
  firing_minutes: 1,
  nights: 0,
  messages: 2,
  summary: "Would have fired once in 30 days, for 1 min.",
  episodes: [episode(2, 3)],
  points: [0, 1, 2, 3, 4].map(at),
  series: [line([1, null, 8, 8, 2])],
  series_watched: 1,
  series_total: 1,
  metric_label: "Errors",
  unit: "count",
  suggestion: null,
  warnings: [],
  elapsed_ms: 1,
  ...part,
});

test("a line, its threshold, and the time in which it would have fired", () => {
  const chart = prepareBacktest(tried(), null, "UTC");
  expect(chart.series.map(({ label, points }) => [label, points])).toEqual([["Errors", [1, null, 8, 8, 2]]]);
  expect(chart.targets?.map(({ value, label }) => [value, label])).toEqual([[5, "fires above 5"]]);
  expect(chart.spans).toEqual([{ from: 2, to: 3, text: "Would have fired 5 Jan, 12:02, for 1\u00a0min" }]);
});

test("what still fires reaches to the end", () => {
  const chart = prepareBacktest(tried({ episodes: [episode(3, null)] }), null, "UTC");
  expect(chart.spans?.map(({ from, to }) => [from, to])).toEqual([[3, 4]]);
});

test("an axis ends above a threshold that is above all values, unless that is far off", () => {
  const near = prepareBacktest(tried({ series: [line([1, 2, 3, 2, 1])] }), null, "UTC");
  expect(near.axes[0]?.max).toBeGreaterThanOrEqual(5);
  const far = prepareBacktest(tried({ series: [line([0.1, 0.2, 0.1, 0.1, 0.1])] }), null, "UTC");
  expect(far.targets).toEqual([]);
});

test("a rate below its threshold shows both", () => {
  const lows = [90, 90, 90, 90, 90];
  const chart = prepareBacktest(
    tried({ unit: "percent", series: [line([99, 98, 97, 99, 99], { lows, highs: lows.map(() => null) })] }),
    null,
    "UTC",
  );
  expect(chart.targets?.[0]?.label).toBe("fires below 90\u00a0%");
  expect(chart.axes[0]?.min).toBeLessThan(90);
  expect(chart.axes[0]?.max).toBe(100);
});

test("bounds that move are lines, beside what is normal", () => {
  const highs = [10, 12, 14, 16, 18];
  const expected = [5, 6, 7, 8, 9];
  const chart = prepareBacktest(tried({ series: [line([1, 2, 3, 4, 5], { highs, expected })] }), null, "UTC");
  expect(chart.series.map(({ label }) => label)).toEqual(["Errors", "Normal", "fires above"]);
  expect(chart.targets).toEqual([]);
});

test("of several series one is chosen, with its own episodes", () => {
  const a = line([1, 1, 8, 1, 1], { series: "model='a'", group: { model: "a" } });
  const b = line([1, 1, 1, 8, 1], { series: "model='b'", group: { model: "b" } });
  const episodes = [
    episode(3, 4, { series: "model='b'", group: { model: "b" } }),
    episode(2, 3, { series: "model='a'", group: { model: "a" } }),
  ];
  const both = tried({ series: [a, b], episodes, series_watched: 2, series_total: 2 });
  expect(seriesChoices(both).map(({ label }) => label)).toEqual(["a", "b"]);
  expect(prepareBacktest(both, null, "UTC").spans).toHaveLength(2);
  const one = prepareBacktest(both, "model='b'", "UTC");
  expect(one.series.map(({ label }) => label)).toEqual(["b"]);
  expect(one.spans?.map(({ from, text }) => [from, text])).toEqual([
    [3, "b: would have fired 5 Jan, 12:03, for 1\u00a0min"],
  ]);
});

test("an episode in words", () => {
  expect(episodeText(episode(2, null), "UTC")).toBe("5 Jan, 12:02, still firing");
});
