import { expect, test } from "vitest";
import type { Condition } from "../../api/alerts";
import type { Unit } from "../../format/number";
import { conditionText, ruleText, seriesText } from "./words";

test.each<[Condition, Unit, string]>([
  [{ kind: "threshold", op: "below", value: 95 }, "percent", "below 95\u00a0%"],
  [{ kind: "threshold", op: "above", value: 5000 }, "ms", "above 5\u00a0s"],
  [
    { kind: "change", against: "week", op: "above", value: 20, unit: "percent" },
    "count",
    "up by more than 20\u00a0% on the week before",
  ],
  [
    { kind: "change", against: "previous", op: "below", value: 100, unit: "absolute" },
    "count",
    "down by more than 100 on the window before",
  ],
  [{ kind: "expected", op: "above", factor: 2 }, "count", "more than 2 times normal"],
  [{ kind: "expected", op: "below", factor: 0.5 }, "count", "less than 0.5 times normal"],
  [{ kind: "band", direction: "both", sensitivity: "medium" }, "ms", "outside its normal band"],
  [{ kind: "no_data", minutes: 90 }, "count", "without calls for 1\u00a0h\u00a030\u00a0min"],
])("a condition in words", (condition, unit, words) => {
  expect(conditionText(condition, unit)).toBe(words);
});

test("a rule is a line: metric, condition, how long, of what", () => {
  const rule = {
    condition: { kind: "threshold", op: "below", value: 95 },
    for_minutes: 5,
    window_minutes: 5,
    by: ["prompt_id", "properties.plan"],
  } as const;
  const line = ruleText({ ...rule, by: [...rule.by] }, "Success rate", "percent", new Map([["prompt_id", "Prompt"]]));
  expect(line).toBe("Success rate below 95\u00a0% for 5\u00a0min, each prompt and properties.plan");
});

test("a rule on silence is about traffic, whatever its metric", () => {
  const rule = { condition: { kind: "no_data" as const, minutes: 10 }, for_minutes: 0, window_minutes: 5, by: [] };
  expect(ruleText(rule, "p95 latency", "ms", new Map())).toBe("Traffic without calls for 10\u00a0min");
});

test("a series is named by its dimensions", () => {
  const labels = new Map([["prompt_version", "Version"]]);
  expect(seriesText({ prompt_version: "4", user_id: null }, labels)).toBe("version 4, no user_id");
  expect(seriesText({}, labels)).toBe("");
});
