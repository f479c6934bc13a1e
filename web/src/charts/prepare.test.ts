import { expect, test } from "vitest";
import type { QueryResult } from "../api/types";
import { MARKS, MAX_SERIES, prepareTimeChart, withoutSeries } from "./prepare";

const MINUTE = 60_000;

function result(part: Partial<QueryResult>): QueryResult {
  return {
    start: "1970-01-01T00:00:00Z",
    end: "1970-01-01T00:02:00Z",
    bucket: "1m",
    buckets: ["1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z"],
    groups: [{}],
    metrics: [
      { key: "calls", label: "Calls", unit: "count", better: "neither" },
      { key: "p95", label: "p95", unit: "ms", better: "down" },
      { key: "rate", label: "Success rate", unit: "percent", better: "up" },
    ],
    values: { calls: [[3, 0]], p95: [[5, null]], rate: [[99, 97]] },
    source: "raw",
    rows_read: 3,
    elapsed_ms: 1,
    moments: {},
    last_bucket_partial: false,
    ...part,
  };
}

test("keeps the largest series and says how many there are", () => {
  const groups = Array.from({ length: 80 }, (_, i) => ({ prompt_id: `g${i}` }));
  const chart = prepareTimeChart(
    result({ groups, values: { calls: groups.map((_, i) => [i, i]) } }),
    { kind: "line", metrics: ["calls"] },
    "UTC",
  );
  expect(chart.series).toHaveLength(MAX_SERIES);
  expect(chart.series[0]?.label).toBe("g79");
  expect(chart.total).toBe(80);
});

test("no data stays a gap and zero stays zero", () => {
  const chart = prepareTimeChart(result({}), { kind: "line", metrics: ["p95", "calls"] }, "UTC");
  expect(chart.buckets).toEqual([0, MINUTE]);
  expect(chart.series.map(({ label, points }) => [label, points])).toEqual([
    ["p95", [5, null]],
    ["Calls", [3, 0]],
  ]);
  expect(chart.axes.map(({ unit }) => unit)).toEqual(["ms", "count"]);
  expect(chart.empty).toBe(false);
});

test("metrics keep the order asked for, groups go by size", () => {
  const stacked = prepareTimeChart(result({}), { kind: "bar", metrics: ["p95", "calls"] }, "UTC");
  expect(stacked.series.map(({ key }) => key)).toEqual(["p95|", "calls|"]);
  const grouped = result({
    groups: [{ prompt_id: "a" }, { prompt_id: null }],
    values: {
      calls: [
        [1, 1],
        [5, 5],
      ],
    },
  });
  const chart = prepareTimeChart(grouped, { kind: "line", metrics: ["calls"] }, "UTC");
  expect(chart.series.map(({ label }) => label)).toEqual(["no prompt", "a"]);
});

test("a series keeps its colour when others leave", () => {
  const of = (names: string[]) =>
    prepareTimeChart(
      result({ groups: names.map((name) => ({ prompt_id: name })), values: { calls: names.map(() => [1, 1]) } }),
      { kind: "line", metrics: ["calls"] },
      "UTC",
    );
  const colour = (chart: ReturnType<typeof of>, name: string) =>
    chart.series.find(({ label }) => label === name)?.colour;
  expect(colour(of(["support", "welcome"]), "support")).toBe(colour(of(["support"]), "support"));
  expect(new Set(of(["a", "b", "c", "d", "e", "f", "g", "h"]).series.map((s) => s.colour)).size).toBe(8);
});

test("the previous period is a second line beside a single one only", () => {
  const compare = { groups: [{}], values: { calls: [[7]] } };
  const one = prepareTimeChart(result({ compare }), { kind: "line", metrics: ["calls"] }, "UTC");
  expect(one.previous?.points).toEqual([7, null]);
  const two = prepareTimeChart(result({ compare }), { kind: "line", metrics: ["calls", "p95"] }, "UTC");
  expect(two.previous).toBeNull();
});

test("a success rate is read from its distance to 100", () => {
  const bands = [
    { name: "healthy", above: 90, inclusive: false },
    { name: "critical", above: 0, inclusive: true },
  ] as const;
  const spec = { kind: "line", metrics: ["rate"], bands } as const;
  expect(prepareTimeChart(result({}), spec, "UTC").thresholds).toEqual([90]);
  expect(prepareTimeChart(result({}), spec, "UTC").axes).toEqual([{ unit: "percent", min: 85, max: 100, step: 5 }]);
  const low = result({ values: { rate: [[2, 4]] } });
  expect(prepareTimeChart(low, { kind: "line", metrics: ["rate"] }, "UTC").axes).toEqual([
    { unit: "percent", min: 0, max: null, step: null },
  ]);
});

test("a chart without any value is empty, and switched-off series are left out", () => {
  const chart = prepareTimeChart(
    result({ values: { calls: [[null, null]] } }),
    { kind: "line", metrics: ["calls"] },
    "UTC",
  );
  expect(chart.empty).toBe(true);
  expect(withoutSeries(chart, new Set(["calls|"])).series).toEqual([]);
});

test("what adds nothing to a stack is left out of it, unless nothing does", () => {
  const spec = { kind: "area", metrics: ["calls", "p95"] } as const;
  const of = (calls: number[], p95: number[]) =>
    prepareTimeChart(result({ values: { calls: [calls], p95: [p95] } }), spec, "UTC").series.map(({ label }) => label);
  expect(of([1, 0], [0, 0])).toEqual(["Calls"]);
  expect(of([0, 0], [0, 0])).toEqual(["Calls", "p95"]);
});

test("a chart of zeros says what that means, where it means something", () => {
  const zeros = result({ values: { calls: [[0, null]] } });
  expect(prepareTimeChart(zeros, { kind: "area", metrics: ["calls"], none: "No errors" }, "UTC").none).toBe(
    "No errors",
  );
  expect(prepareTimeChart(zeros, { kind: "area", metrics: ["calls"] }, "UTC").none).toBeNull();
  expect(prepareTimeChart(result({}), { kind: "area", metrics: ["calls"], none: "No errors" }, "UTC").none).toBeNull();
});

test.each([
  [3, 1, 3],
  [843, 500, 1000],
  [1240, 500, 1500],
  [75_000, 20_000, 80_000],
  [200_000, 60_000, 240_000],
])("an axis up to %s ms has steps of %s ms and ends at %s ms", (highest, step, max) => {
  const slow = result({ values: { p95: [[highest, 1]] } });
  const { axes } = prepareTimeChart(slow, { kind: "line", metrics: ["p95"] }, "UTC");
  expect(axes).toEqual([{ unit: "ms", min: 0, max, step }]);
});

test("what happened is marked until it is switched off", () => {
  const happened = { id: "d", at: MINUTE, kind: "deploy", label: "v2", text: "greeting v2 in production" } as const;
  const chart = prepareTimeChart(result({}), { kind: "line", metrics: ["calls"] }, "UTC", [happened]);
  expect(chart.marks.map(({ index, label }) => [index, label])).toEqual([[1, "v2"]]);
  expect(withoutSeries(chart, new Set([MARKS])).marks).toEqual([]);
});

test("a rate far from 100 has few labels", () => {
  const low = result({ values: { rate: [[72, 97]] } });
  const { axes } = prepareTimeChart(low, { kind: "line", metrics: ["rate"] }, "UTC");
  expect(axes).toEqual([{ unit: "percent", min: 70, max: 100, step: 10 }]);
});

test("a line over bars has an axis of its own and is not added up with them", () => {
  const spec = { kind: "bar", metrics: ["calls"], overlay: ["p95"] } as const;
  const chart = prepareTimeChart(result({}), spec, "UTC");
  expect(chart.series.map(({ label, overlay }) => [label, overlay ?? false])).toEqual([
    ["Calls", false],
    ["p95", true],
  ]);
  expect(chart.axes.map(({ unit, overlay }) => [unit, overlay ?? false])).toEqual([
    ["count", false],
    ["ms", true],
  ]);
});

test.each([
  [8, [8]],
  [20, []],
])("a target of %s beside values up to 5 is drawn where it does not press them flat", (value, drawn) => {
  const spec = { kind: "line", metrics: ["p95"], targets: [{ metric: "p95", value, label: "p95" }] } as const;
  const chart = prepareTimeChart(result({}), spec, "UTC");
  expect(chart.targets?.map((target) => target.value)).toEqual(drawn);
  expect(chart.axes[0]?.max).toBe(drawn[0] ?? 6);
});

test("a target leaves with its series", () => {
  const spec = { kind: "line", metrics: ["p95"], targets: [{ metric: "p95", value: 8, label: "p95" }] } as const;
  const chart = prepareTimeChart(result({}), spec, "UTC");
  expect(withoutSeries(chart, new Set(["p95|"])).targets).toEqual([]);
});

test("a series may be named for its chart", () => {
  const spec = { kind: "line", metrics: ["p95"], labels: { p95: "Slowest 5 %" } } as const;
  expect(prepareTimeChart(result({}), spec, "UTC").series[0]?.label).toBe("Slowest 5 %");
});

test("of targets that stand close together one has its label", () => {
  const targets = [1, 4.9, 5].map((value) => ({ metric: "p95", value, label: `${value} ms` }));
  const chart = prepareTimeChart(result({}), { kind: "line", metrics: ["p95"], targets }, "UTC");
  expect(chart.targets?.map(({ label }) => label)).toEqual(["1 ms", "4.9 ms", null]);
});
