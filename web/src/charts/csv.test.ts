import { expect, test } from "vitest";
import { chartCsv } from "./csv";
import type { Series, TimeChart } from "./prepare";

const series = (label: string, points: (number | null)[]): Series => ({
  key: label,
  identity: label,
  colour: 0,
  label,
  unit: "count",
  points,
});

const CHART: TimeChart = {
  kind: "line",
  timeZone: "UTC",
  buckets: [0, 60_000],
  ticks: [],
  series: [series('say "hi", you', [1, null]), series("=2+2", [0, 2.5])],
  previous: null,
  total: 2,
  axes: [],
  partialLast: false,
  thresholds: [],
  bands: null,
  marks: [],
  empty: false,
  none: null,
};

test("gaps are empty cells, names are quoted and formulas are made text", () => {
  expect(chartCsv(CHART)).toBe(
    'time (UTC),"say ""hi"", you (count)",\'=2+2 (count)\r\n' +
      "1970-01-01T00:00:00.000Z,1,0\r\n1970-01-01T00:01:00.000Z,,2.5\r\n",
  );
});

test("an interval has columns of its own", () => {
  const lift = { ...series("lift", [1, null]), interval: { low: [-2, null], high: [4, null] } };
  expect(chartCsv({ ...CHART, series: [lift] })).toBe(
    "time (UTC),lift (count),lift low (count),lift high (count)\r\n" +
      "1970-01-01T00:00:00.000Z,1,-2,4\r\n1970-01-01T00:01:00.000Z,,,\r\n",
  );
});
