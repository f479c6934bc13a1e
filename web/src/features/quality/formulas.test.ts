import { expect, test } from "vitest";
import { scoreReference } from "../../ui/formula/scoreReference";
import { scoreLines } from "./formulas";

test("a number is drawn by its mean, a bool by its percent of true", () => {
  expect(scoreLines({ name: "rating", type: "numeric", shares: [] })).toEqual([
    { formula: "=avg(score.rating)", label: "Mean rating" },
  ]);
  expect(scoreLines({ name: "helpful", type: "boolean", shares: [] })[0]?.formula).toBe(
    "=100 * count(score.helpful = true) / count(score.helpful)",
  );
});

test("each text of a category is a share of all", () => {
  const shares = [{ text: "it's good", count: 3, percent: 75 }];
  expect(scoreLines({ name: "mood", type: "categorical", shares })).toEqual([
    { formula: "=100 * count(score.mood = 'it''s good') / count(score.mood)", label: "it's good" },
  ]);
});

test("odd names are quoted", () => {
  expect(scoreReference("my score")).toBe('score."my score"');
  expect(scoreReference("5_stars")).toBe('score."5_stars"');
  expect(scoreReference('so "good"')).toBe('score."so ""good"""');
});
