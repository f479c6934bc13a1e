import { expect, test } from "vitest";
import type { Distribution } from "../../api/analysis";
import { prepareHistogram } from "./prepareHistogram";
import { toOption } from "./toOption";

const ANSWER: Distribution = {
  field: "latency_ms",
  label: "Latency",
  unit: "ms",
  start: "1970-01-01T00:00:00Z",
  end: "1970-01-01T00:03:00Z",
  bins: [
    { low: 0, high: 10 },
    { low: 10, high: 20 },
    { low: 20, high: 30 },
  ],
  scale: "linear",
  buckets: null,
  counts: [[3, 0, 5]],
  total: 8,
  unknown: 0,
};

test.each([
  [{ low: null, high: null }, null],
  [{ low: 10, high: 20 }, [1, 1]],
  [{ low: 12, high: null }, [1, 2]],
  [{ low: null, high: 20 }, [0, 1]],
  [{ low: 90, high: null }, null],
])("values %j choose the bins %j", (chosen, bins) => {
  expect(prepareHistogram(ANSWER, chosen).chosen).toEqual(bins);
});

test("what is not chosen fades and stays", () => {
  const [series] = toOption(prepareHistogram(ANSWER, { low: 20, high: null }), "light", () => "").series as {
    data: { value: number; itemStyle: { opacity: number } }[];
  }[];
  expect(series?.data.map(({ value, itemStyle }) => [value, itemStyle.opacity])).toEqual([
    [3, 0.3],
    [0, 0.3],
    [5, 1],
  ]);
});

test("a histogram by time is added up", () => {
  expect(
    prepareHistogram({
      ...ANSWER,
      counts: [
        [1, 2, 3],
        [1, 0, 0],
      ],
    }).counts,
  ).toEqual([2, 2, 3]);
});
