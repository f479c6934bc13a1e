import { expect, test } from "vitest";
import type { Budget, Projection } from "../../api/costs";
import { budgetsOf, periodEnd, prepareProjection } from "./projection";
import { trendRange } from "./trendRange";

const FOUND: Projection = {
  period: "week",
  start: "2026-03-02",
  end: "2026-03-06",
  tz: "UTC",
  spent_usd: 5,
  priced_share: 100,
  projected_usd: 11,
  low_usd: 9,
  high_usd: 14,
  level: 80,
  rate_usd: 10,
  method: "",
  history_days: 56,
  note: "",
  days: [
    { day: "2026-03-02", usd: 3, total_usd: 3 },
    { day: "2026-03-03", usd: 2, total_usd: 5 },
  ],
  ahead: [
    { day: "2026-03-03", low_usd: 5, total_usd: 6, high_usd: 7 },
    { day: "2026-03-04", low_usd: 7, total_usd: 8, high_usd: 10 },
    { day: "2026-03-05", low_usd: 9, total_usd: 11, high_usd: 14 },
  ],
  before: [{ day: "2026-02-23", usd: 4, total_usd: 4 }],
};
const budget = (part: Partial<Budget>): Budget => ({
  id: "b",
  name: "All",
  amount_usd: 12,
  period: "week",
  prompt_id: null,
  environment: null,
  created_at: "",
  created_by: "",
  start: "",
  end: "",
  spent_usd: null,
  spent_share: null,
  priced_share: null,
  projected_usd: null,
  low_usd: null,
  high_usd: null,
  crosses_on: null,
  state: "ok",
  ...part,
});

test("the projection begins at the end of the last whole day, and its band opens there", () => {
  const { series, previous, buckets } = prepareProjection(FOUND, []);
  expect(buckets.map((at) => new Date(at).toISOString().slice(8, 10))).toEqual(["02", "03", "04", "05"]);
  expect(series.map(({ points }) => points)).toEqual([
    [3, 5, null, null],
    [3, 6, 8, 11],
  ]);
  expect(series[1]?.interval).toEqual({ low: [3, 5, 7, 9], high: [3, 7, 10, 14] });
  expect(previous?.points).toEqual([4, null, null, null]);
  expect(periodEnd(FOUND)).toBe(Date.UTC(2026, 2, 6));
});

test("too little history leaves what was spent", () => {
  const { series } = prepareProjection({ ...FOUND, ahead: [] }, []);
  expect(series.map(({ key }) => key)).toEqual(["spent"]);
});

test("zeros are told in words instead of drawn", () => {
  const days = [{ day: "2026-03-02", usd: 0, total_usd: 0 }];
  expect(prepareProjection({ ...FOUND, days, ahead: [] }, []).none).toBe("Nothing was spent in this period yet");
  expect(prepareProjection(FOUND, []).none).toBeNull();
});

test.each([
  [12, [12], null],
  [15, [15], 20],
  [400, [], null],
])("a budget of $%s is a line where it can be seen beside $14", (amount, drawn, end) => {
  const { targets, axes } = prepareProjection(FOUND, [budget({ amount_usd: amount })]);
  expect(targets?.map(({ value }) => value)).toEqual(drawn);
  expect(axes[0]?.max ?? null).toBe(end);
});

test("budgets of other periods and prompts are not lines of this chart", () => {
  const all = [budget({ id: "a" }), budget({ id: "b", period: "month" }), budget({ id: "c", prompt_id: "p" })];
  const ids = (prompt: string | null) => budgetsOf(all, "week", prompt, null).map(({ id }) => id);
  expect(ids(null)).toEqual(["a"]);
  expect(ids("p")).toEqual(["c"]);
});

test.each([
  ["day", "UTC", "2026-03-12T14:00", "2026-02-11T00:00", "2026-03-13T00:00"],
  ["week", "UTC", "2026-03-12T14:00", "2025-12-22T00:00", "2026-03-16T00:00"],
  ["month", "UTC", "2026-03-12T14:00", "2025-04-01T00:00", "2026-04-01T00:00"],
  // 20:00 in UTC is the next day there already
  ["day", "Asia/Kathmandu", "2026-03-12T20:00", "2026-02-11T18:15", "2026-03-13T18:15"],
  // the clocks change on 29 March: a day of 23 hours
  ["day", "Europe/Berlin", "2026-03-29T12:00", "2026-02-27T23:00", "2026-03-29T22:00"],
] as const)("the trend by %s in %s at %s runs from %s to %s", (period, zone, now, start, end) => {
  const range = trendRange(period, Date.parse(`${now}:00Z`), zone);
  expect([range.start, range.end].map((at) => new Date(at).toISOString().slice(0, 16))).toEqual([start, end]);
});
