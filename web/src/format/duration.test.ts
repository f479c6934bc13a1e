import { expect, test } from "vitest";
import { durationText, minutesText } from "./duration";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test.each([
  [0, "0 s"],
  [45_000, "45 s"],
  [90_000, "1 min 30 s"],
  [3_599_600, "1 h"],
  [7_128_000, "1 h 59 min"],
  [36 * 3_600_000, "36 h"],
  [51 * 3_600_000, "2 days 3 h"],
  [-90_000, "\u22121 min 30 s"],
])("%i ms is %s", (milliseconds, words) => {
  expect(plain(durationText(milliseconds))).toBe(words);
});

test.each([
  [0, "0 min"],
  [0.2, "12 s"],
  [43.2, "43 min"],
  [60, "1 h"],
  [340, "5 h 40 min"],
  [2879.9, "2 days"],
  [4500, "3 days 3 h"],
  [-12, "\u221212 min"],
])("%d minutes are %s", (minutes, words) => {
  expect(plain(minutesText(minutes))).toBe(words);
});

test("a length that is not known has no words", () => {
  expect(minutesText(null)).toBe("–");
});
