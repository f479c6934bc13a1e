import { expect, test } from "vitest";
import { timeTicks } from "./ticks";

const every = (start: string, minutes: number, count: number) =>
  Array.from({ length: count }, (_, i) => Date.parse(start) + i * minutes * 60_000);

test("an hour is labelled at round minutes", () => {
  const labels = timeTicks(every("2026-03-12T13:08:00Z", 1, 60), "UTC", 7).map(({ label }) => label);
  expect(labels).toEqual(["13:10", "13:20", "13:30", "13:40", "13:50", "14:00"]);
});

test("a day is labelled at round hours of the project's clock and midnight shows the date", () => {
  const ticks = timeTicks(every("2026-03-11T14:15:00Z", 15, 96), "Asia/Kolkata", 7);
  expect(ticks.map(({ label }) => label)).toEqual(["20:00", "12 Mar", "04:00", "08:00", "12:00", "16:00"]);
});

test("weeks are labelled by day", () => {
  const ticks = timeTicks(every("2026-03-05T15:00:00Z", 60, 168), "UTC", 7);
  expect(ticks.map(({ label }) => label)).toEqual(["6 Mar", "7 Mar", "8 Mar", "9 Mar", "10 Mar", "11 Mar", "12 Mar"]);
  expect(ticks[0]?.index).toBe(9);
});

test("no buckets, no labels", () => {
  expect(timeTicks([], "UTC", 7)).toEqual([]);
});
