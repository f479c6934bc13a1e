import { expect, test } from "vitest";
import { scoreReference } from "./scoreReference";

test.each([
  ["rating", "score.rating"],
  ["odd name", 'score."odd name"'],
  ["2nd", 'score."2nd"'],
  ['so "good"', 'score."so ""good"""'],
])("the score %s in a formula", (name, reference) => {
  expect(scoreReference(name)).toBe(reference);
});
