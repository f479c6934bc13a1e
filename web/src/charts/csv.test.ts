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

test("gaps are empty cells, names are quoted and formulas are made text", () => {
  const chart: TimeChart = {
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
  expect(chartCsv(chart)).toBe(
    'time (UTC),"say ""hi"", you (count)",\'=2+2 (count)\r\n' +
      "1970-01-01T00:00:00.000Z,1,0\r\n1970-01-01T00:01:00.000Z,,2.5\r\n",
  );
});
