import { expect, test } from "vitest";
import type { TimeChart } from "./prepare";
import { toOption } from "./toOption";

const CHART: TimeChart = {
  kind: "line",
  timeZone: "UTC",
  buckets: [0, 60_000, 120_000, 180_000],
  ticks: [{ index: 1, label: "00:01" }],
  series: [{ key: "rate|", identity: "rate", colour: 0, label: "Rate", unit: "percent", points: [97, null, 96, 91] }],
  previous: null,
  total: 1,
  axes: [{ unit: "percent", min: 85, max: 100, step: 5 }],
  partialLast: true,
  thresholds: [],
  bands: null,
  marks: [],
  empty: false,
  none: null,
};

const seriesOf = (chart: TimeChart) =>
  toOption(chart, "light", () => "").series as { id: string; data: unknown[]; lineStyle: { type: unknown } }[];

test("gaps stay gaps, a point between gaps is drawn, and the unfinished bucket is dotted", () => {
  const [done, filling] = seriesOf(CHART);
  expect(done?.data).toEqual([{ value: 97, symbol: "circle" }, null, { value: 96, symbol: "circle" }, null]);
  expect(filling?.data).toEqual([null, null, 96, 91]);
  expect([done?.lineStyle.type, filling?.lineStyle.type]).toEqual(["solid", [2, 3]]);
});

test("a finished last bucket is part of the line", () => {
  expect(seriesOf({ ...CHART, partialLast: false })).toHaveLength(1);
});

test("bands colour each side of a border once", () => {
  const bands = [
    { name: "healthy", above: 95, inclusive: false },
    { name: "warning", above: 90, inclusive: true },
    { name: "critical", above: 0, inclusive: true },
  ] as const;
  const option = toOption({ ...CHART, bands }, "light", () => "");
  const { pieces } = option.visualMap as { pieces: Record<string, unknown>[] };
  expect(pieces.map((piece) => ({ ...piece, color: "" }))).toEqual([
    { gt: 95, color: "" },
    { gte: 90, lte: 95, color: "" },
    { gte: 0, lt: 90, color: "" },
  ]);
});

test("an interval is an area between its bounds, below zero, too, and gaps stay gaps", () => {
  const [first] = CHART.series;
  if (first === undefined) throw new Error("the chart has a series");
  const interval = { low: [-4, null, -1, 1], high: [2, null, 3, 5] };
  const drawn = seriesOf({ ...CHART, partialLast: false, series: [{ ...first, interval }] });
  expect(drawn.map(({ id }) => id)).toEqual(["rate||low", "rate||between", "rate|"]);
  expect(drawn[0]?.data).toEqual([-4, null, -1, 1]);
  expect(drawn[1]?.data).toEqual([6, null, 4, 4]);
});

test("a line over bars is drawn on the second axis, and what is expected is broken", () => {
  const [rate] = CHART.series;
  if (rate === undefined) throw new Error("the chart has a series");
  const bars = { ...rate, key: "calls|", unit: "count" } as const;
  const chart: TimeChart = {
    ...CHART,
    kind: "bar",
    partialLast: false,
    series: [bars, { ...rate, overlay: true, expected: true }],
    axes: [
      { unit: "count", min: null, max: null, step: null },
      { unit: "percent", min: 85, max: 100, step: 5, overlay: true },
    ],
  };
  const drawn = toOption(chart, "light", () => "").series as {
    type: string;
    yAxisIndex: number;
    lineStyle?: unknown;
  }[];
  expect(drawn.map(({ type, yAxisIndex }) => [type, yAxisIndex])).toEqual([
    ["line", 1],
    ["bar", 0],
  ]);
  expect(drawn[0]?.lineStyle).toMatchObject({ type: [6, 4] });
});

test("a target is a line in the colour of its series", () => {
  const targets = [{ metric: "rate", value: 95, label: "95 %", colour: 0 }];
  const drawn = toOption({ ...CHART, targets }, "light", () => "").series as {
    id: string;
    markLine?: { data: unknown[] };
  }[];
  expect(drawn.find(({ id }) => id === "targets")?.markLine?.data).toMatchObject([{ yAxis: 95 }]);
});

test("a point between gaps is a dot wherever it lies, also between the labels of the axis", () => {
  const [rate] = CHART.series;
  if (rate === undefined) throw new Error("the chart has a series");
  const points = rate.points.map((_, index) => (index === 1 ? 97 : null));
  const drawn = toOption({ ...CHART, partialLast: false, series: [{ ...rate, points }] }, "light", () => "");
  const [line] = drawn.series as { showAllSymbol: boolean; data: unknown[] }[];
  expect(line?.showAllSymbol).toBe(true);
  expect(line?.data[1]).toEqual({ value: 97, symbol: "circle" });
});
