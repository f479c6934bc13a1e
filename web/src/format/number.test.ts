import { expect, test } from "vitest";
import { format, formatAxis, formatChange, formatExact, NO_DATA, type Unit } from "./number";

const s = (text: string) => text.replaceAll(" ", "\u00a0");

test.each<[number | null, Unit, string]>([
  [1240, "ms", "1.24 s"],
  [843.4, "ms", "843 ms"],
  [999.7, "ms", "1 s"],
  [3.25, "ms", "3.3 ms"],
  [90_000, "ms", "1 min 30 s"],
  [0.0125, "usd", "$0.0125"],
  [0.0000125, "usd", "$0.0000125"],
  [0, "usd", "$0"],
  [12.5, "usd", "$12.50"],
  [0.99999, "usd", "$1.00"],
  [0.5, "usd", "$0.50"],
  [0.000613, "usd", "$0.000613"],
  [12_500, "usd", "$12.5 k"],
  [12_480, "count", "12.5 k"],
  [9_842, "count", "9,842"],
  [9_999.7, "count", "10 k"],
  [1_250_000, "tokens", "1.25 M"],
  [999_999, "tokens", "1 M"],
  [0, "count", "0"],
  [97.5, "percent", "97.5 %"],
  [100, "percent", "100 %"],
  [99.97, "percent", "99.97 %"],
  [0.012, "percent", "0.012 %"],
  [0.42, "per_minute", "0.42/min"],
  [138.6, "per_minute", "139/min"],
  [4.236, "score", "4.24"],
  [1234.56, "score", "1,234.6"],
  [0.00125, "score", "0.0013"],
  [null, "usd", NO_DATA],
  [Number.NaN, "ms", NO_DATA],
])("%s %s reads %s", (value, unit, text) => {
  expect(format(value, unit)).toBe(s(text));
});

test("exact numbers keep every digit that means something", () => {
  expect(formatExact(1243, "ms")).toBe(s("1,243 ms"));
  expect(formatExact(0.012345, "usd")).toBe("$0.012345");
  expect(formatExact(12_482, "count")).toBe("12,482");
  expect(formatExact(0.3, "usd")).toBe("$0.30");
  expect(formatExact(1500.5, "usd")).toBe("$1,500.50");
  expect(formatExact(12 / 4320, "per_minute")).toBe("0.002778/min");
  expect(formatExact(1234.56, "per_minute")).toBe("1,234.56/min");
  expect(formatExact(null, "count")).toBe(NO_DATA);
});

test("a change carries its sign, and from nothing there is no change", () => {
  expect(formatChange(12.44)).toBe(s("+12.4 %"));
  expect(formatChange(-3.1)).toBe(s("−3.1 %"));
  expect(formatChange(234.5)).toBe(s("+235 %"));
  expect(formatChange(1234)).toBe("×13");
  expect(formatChange(0.01)).toBe(s("0 %"));
  expect(formatChange(null)).toBe(NO_DATA);
});

test("axes drop digits that say nothing", () => {
  expect([0.3, 0.0125, 0, 12, 1500].map((value) => formatAxis(value, "usd"))).toEqual([
    "$0.3",
    "$0.0125",
    "$0",
    "$12",
    "$1,500.00",
  ]);
});

test("the numbers beside an axis of time have one unit", () => {
  const beside = (step: number) => [0, 1, 3, 4].map((n) => formatAxis(n * step, "ms", step));
  expect(beside(20_000)).toEqual([s("0 s"), s("20 s"), s("60 s"), s("80 s")]);
  expect(beside(30_000)).toEqual([s("0 s"), s("30 s"), s("90 s"), s("120 s")]);
  expect(beside(60_000)).toEqual([s("0 min"), s("1 min"), s("3 min"), s("4 min")]);
  expect(beside(200)).toEqual([s("0 ms"), s("200 ms"), s("600 ms"), s("800 ms")]);
  expect(beside(500)).toEqual([s("0 s"), s("0.5 s"), s("1.5 s"), s("2 s")]);
});

test("a number without a unit keeps three digits, and the exact one four decimals", () => {
  expect([0, 0.00123, 12.345, 1234.5, 56_789].map((value) => format(value, "number"))).toEqual([
    "0",
    "0.00123",
    "12.3",
    "1,235",
    "56.8\u00a0k",
  ]);
  expect(formatExact(1234.56789, "number")).toBe("1,234.5679");
});
