import { expect, test } from "vitest";
import { scoreText } from "./score";

test("a score is a number, yes or no, or a text", () => {
  expect([4.256, true, false, "positive", null].map(scoreText)).toEqual(["4.26", "yes", "no", "positive", ""]);
});
