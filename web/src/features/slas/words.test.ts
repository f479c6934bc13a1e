import { expect, test } from "vitest";
import { minutesText, objectiveText } from "./words";

test("minutes are said in the two largest units", () => {
  expect([0, 0.2, 43.2, 60, 340, 4320, 4500].map(minutesText)).toEqual([
    "0 min",
    "< 1 min",
    "43 min",
    "1 h",
    "5 h 40 min",
    "3 days",
    "3 days 3 h",
  ]);
  expect(minutesText(-12)).toBe("\u221212 min");
  expect(minutesText(null)).toBe("–");
});

test("an objective reads as a sentence", () => {
  expect(objectiveText({ target: 95, objective: { kind: "latency", under_ms: 2000 } })).toBe(
    "95\u00a0% of calls under 2\u00a0s",
  );
  expect(objectiveText({ target: 90, objective: { kind: "score", name: "rating", at_least: 4 } })).toBe(
    "90\u00a0% of rating at least 4",
  );
});
