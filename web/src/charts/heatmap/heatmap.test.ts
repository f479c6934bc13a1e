import { expect, test } from "vitest";
import type { Distribution } from "../../api/analysis";
import { heatmapCsv } from "./heatmapCsv";
import { prepareHeatmap } from "./prepareHeatmap";
import { toOption } from "./toOption";

const ANSWER: Distribution = {
  field: "latency_ms",
  label: "Latency",
  unit: "ms",
  start: "1970-01-01T00:00:00Z",
  end: "1970-01-01T00:03:00Z",
  bins: [
    { low: 100, high: 200 },
    { low: 200, high: 400 },
  ],
  scale: "log",
  buckets: ["1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z", "1970-01-01T00:02:00Z"],
  counts: [
    [1, 0],
    [0, 0],
    [0, 4],
  ],
  total: 5,
  unknown: 2,
};

test("only cells with something in them are drawn, and shades grow by the root of the count", () => {
  const heat = prepareHeatmap(ANSWER, "UTC");
  expect(heat.cells).toEqual([
    { bucket: 0, bin: 0, count: 1, shade: 0.5 },
    { bucket: 2, bin: 1, count: 4, shade: 1 },
  ]);
  expect([heat.most, heat.unknown, heat.empty]).toEqual([4, 2, false]);
  const [series] = toOption(heat, "dark", () => "").series as { data: unknown }[];
  expect(series?.data).toEqual([
    [0, 0, 0.5],
    [2, 1, 1],
  ]);
});

test("what happened stands across the cells", () => {
  const happened = { id: "d", at: 61_000, kind: "deploy", label: "v2", text: "greeting v2" } as const;
  expect(prepareHeatmap(ANSWER, "UTC", [happened]).marks.map(({ index }) => index)).toEqual([1]);
});

test("nothing counted is empty", () => {
  expect(prepareHeatmap({ ...ANSWER, counts: [[0, 0]] }, "UTC").empty).toBe(true);
});

test("a spreadsheet has a line for each cell", () => {
  expect(heatmapCsv(prepareHeatmap(ANSWER, "UTC")).split("\r\n").slice(1, 3)).toEqual([
    "1970-01-01T00:00:00.000Z,100,200,1",
    "1970-01-01T00:02:00.000Z,200,400,4",
  ]);
});
