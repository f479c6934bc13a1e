import { expect, test } from "vitest";
import { daysText, goalsOf } from "./progress";

const NOW = Date.parse("2026-03-15T12:00:00Z");
const STARTED = "2026-03-09T12:00:00Z"; // six days earlier

const experiment = {
  unit: "user" as const,
  end: { on_decision: false },
  progress: { units: 1240, percent: null, days_running: 6, ended_by: null },
  started_at: STARTED,
  concluded_at: null,
};

test("before the start there is no progress", () => {
  expect(goalsOf({ ...experiment, started_at: null }, NOW)).toEqual([]);
});

test("without an end criterion the units are told", () => {
  expect(goalsOf(experiment, NOW)).toEqual([
    { key: "none", text: "1,240 users, no end set", share: null, reached: false },
  ]);
});

test("each criterion says how far it is", () => {
  const end = { sample_goal: 5000, end_at: "2026-03-23T12:00:00Z", on_decision: true };
  expect(goalsOf({ ...experiment, end }, NOW)).toEqual([
    { key: "sample_goal", text: "1,240 of 5,000 users", share: 0.248, reached: false },
    { key: "end_at", text: "6 of 14 days", share: 6 / 14, reached: false },
    { key: "decision", text: "until a decision", share: null, reached: false },
  ]);
});

test("what is reached says so and is never more than whole", () => {
  const end = { sample_goal: 1000, end_at: "2026-03-10T12:00:00Z", on_decision: true };
  const progress = { ...experiment.progress, ended_by: "decision" as const };
  expect(
    goalsOf({ ...experiment, end, progress }, NOW).map(({ text, share, reached }) => [text, share, reached]),
  ).toEqual([
    ["1,240 of 1,000 users", 1, true],
    ["24 of 24 hours", 1, true],
    ["decision reached", 1, true],
  ]);
});

test("the days of a concluded experiment stop with it", () => {
  const end = { end_at: "2026-03-19T12:00:00Z", on_decision: false };
  const [goal] = goalsOf({ ...experiment, end, concluded_at: "2026-03-11T12:00:00Z" }, NOW);
  expect(goal?.text).toBe("2 of 10 days");
});

test.each([
  [0.01, "less than an hour"],
  [0.25, "6 h"],
  [1, "1 day"],
  [2.4, "2.5 days"],
  [13.7, "14 days"],
  [876, "2.4 years"],
])("%s days read %s", (days, text) => {
  expect(daysText(days)).toBe(text);
});
