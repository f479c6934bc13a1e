import { describe, expect, test } from "vitest";
import { equalWeights, isEqual, rebalanced, withOneMore, withoutOne } from "./weights";

const sum = (weights: readonly number[]) => weights.reduce((all, weight) => all + Math.round(weight * 10), 0) / 10;

test("equal parts sum to 100; what does not divide goes to the first", () => {
  expect(equalWeights(2)).toEqual([50, 50]);
  expect(equalWeights(3)).toEqual([33.4, 33.3, 33.3]);
  expect(equalWeights(7)).toEqual([14.3, 14.3, 14.3, 14.3, 14.3, 14.3, 14.2]);
});

test.each<[string, number[], number, number, number[]]>([
  ["of two, the other gets the rest", [50, 50], 0, 70, [70, 30]],
  ["the others keep their proportions", [50, 30, 20], 0, 25, [25, 45, 30]],
  ["one in the middle moves", [40, 20, 40], 1, 50, [25, 50, 25]],
  ["nobody is squeezed out", [50, 50], 0, 100, [99.9, 0.1]],
  ["nobody goes below a tenth", [50, 50], 0, 0, [0.1, 99.9]],
  ["others that were nothing share equally", [99.8, 0.1, 0.1], 0, 40, [40, 30, 30]],
  ["a tenth more is a tenth", [33.4, 33.3, 33.3], 0, 33.5, [33.5, 33.3, 33.2]],
])("%s", (_, weights, index, weight, expected) => {
  expect(rebalanced(weights, index, weight)).toEqual(expected);
});

describe("whatever is moved wherever", () => {
  const cases = [2, 3, 5, 10].flatMap((count) =>
    [0, 0.1, 7, 33.3, 50, 99.9, 100].flatMap((weight) =>
      [0, count - 1].map((index) => [count, index, weight] as const),
    ),
  );
  test.each(cases)("%i variants, number %i set to %d: the sum is 100", (count, index, weight) => {
    let weights = equalWeights(count);
    for (const [place, value] of [
      [index, weight],
      [0, 12.3],
      [count - 1, 64],
      [index, weight],
    ] as const) {
      weights = rebalanced(weights, place, value);
      expect(sum(weights)).toBe(100);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0.1);
    }
  });
});

test("one more gets an equal part, and equal weights stay equal", () => {
  expect(withOneMore([50, 50])).toEqual([33.4, 33.3, 33.3]);
  expect(withOneMore([80, 20])).toEqual([53.4, 13.3, 33.3]);
});

test("without one the others keep their proportions", () => {
  expect(withoutOne([33.4, 33.3, 33.3], 2)).toEqual([50, 50]);
  expect(withoutOne([50, 30, 20], 0)).toEqual([60, 40]);
});

test("weights are equal when each has its part", () => {
  expect(isEqual([33.3, 33.4, 33.3])).toBe(true);
  expect(isEqual([34, 33, 33])).toBe(false);
});
