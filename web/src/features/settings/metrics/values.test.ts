import { expect, test } from "vitest";
import { bodyOf, thresholdProblem, valuesOf } from "./values";

test("what is typed is sent without its blanks, and no threshold is none", () => {
  const values = { ...valuesOf(null), name: " Retries ", formula: " count() ", threshold: " " };
  expect(bodyOf(values)).toMatchObject({ name: "Retries", formula: "count()", threshold: null });
  expect(bodyOf({ ...values, threshold: "0" }).threshold).toBe(0);
});

test.each([
  ["", "neither", null],
  ["80", "up", null],
  ["eighty", "up", /number/],
  ["80", "neither", /direction/],
] as const)("a threshold of %j where %s is better", (threshold, better, problem) => {
  const found = thresholdProblem({ threshold, better });
  if (problem === null) expect(found).toBeNull();
  else expect(found).toMatch(problem);
});
