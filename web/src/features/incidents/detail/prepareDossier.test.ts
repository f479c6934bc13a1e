import { expect, test } from "vitest";
import type { DossierChart } from "../../../api/incidents";
import { prepareDossier } from "./prepareDossier";

const CHART: DossierChart = {
  metric: "p95_latency_ms",
  label: "p95 latency",
  unit: "ms",
  bucket: "5m",
  buckets: ["1970-01-01T00:00:00Z", "1970-01-01T00:05:00Z"],
  values: [1000, 3500],
  expected: [1000, 1000],
  low: [800, 800],
  high: [1200, 1200],
  threshold: 4000,
  where: [],
  error: null,
};

test("the chart of an incident shows the metric, what was normal, and a threshold above all values", () => {
  const chart = prepareDossier(CHART, "UTC", []);
  expect(chart.series.map(({ label, points }) => [label, points])).toEqual([
    ["p95 latency", [1000, 3500]],
    ["Normal", [1000, 1000]],
  ]);
  expect(chart.series[1]?.interval).toEqual({ low: [800, 800], high: [1200, 1200] });
  expect(chart.targets?.map(({ value }) => value)).toEqual([4000]);
  expect(chart.axes[0]?.max).toBeGreaterThanOrEqual(4000);
});

test("without a baseline only the metric is drawn", () => {
  const chart = prepareDossier({ ...CHART, expected: null, threshold: null }, "UTC", []);
  expect(chart.series).toHaveLength(1);
  expect(chart.targets).toEqual([]);
});
