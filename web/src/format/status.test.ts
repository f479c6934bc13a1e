import { expect, test } from "vitest";
import type { Band } from "../api/types";
import { bandOf, bandRange } from "./status";

const SUCCESS: Band[] = [
  { name: "critical", above: 0, inclusive: true },
  { name: "healthy", above: 95, inclusive: false },
  { name: "warning", above: 90, inclusive: true },
];

test.each([
  [100, "healthy"],
  [95.01, "healthy"],
  [95, "warning"],
  [90, "warning"],
  [89.99, "critical"],
  [0, "critical"],
  [null, null],
])("a success rate of %s is %s", (value, band) => {
  expect(bandOf(value, SUCCESS)).toBe(band);
});

test("a metric without bands has no status", () => {
  expect(bandOf(97, null)).toBeNull();
});

test("a band says which values it has", () => {
  expect(SUCCESS.map((band) => bandRange(band, SUCCESS))).toEqual([
    "below 90\u00a0%",
    "above 95\u00a0%",
    "from 90\u00a0%",
  ]);
});
