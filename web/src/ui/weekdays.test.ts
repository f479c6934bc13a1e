import { expect, test } from "vitest";
import { weekdaysText } from "./weekdays";

test.each([
  [[1, 2, 3, 4, 5, 6, 7], "every day"],
  [[1, 2, 3, 4, 5], "Monday to Friday"],
  [[6, 7], "Saturday, Sunday"],
  [[5, 1, 3], "Monday, Wednesday, Friday"],
  [[], "no day"],
])("%j is %s", (days, words) => {
  expect(weekdaysText(days)).toBe(words);
});
