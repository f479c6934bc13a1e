import { expect, test } from "vitest";
import { objectiveText } from "./words";

test("an objective reads as a sentence", () => {
  expect(objectiveText({ target: 95, objective: { kind: "latency", under_ms: 2000 } })).toBe(
    "95\u00a0% of calls under 2\u00a0s",
  );
  expect(objectiveText({ target: 90, objective: { kind: "score", name: "rating", at_least: 4 } })).toBe(
    "90\u00a0% of rating at least 4",
  );
});
