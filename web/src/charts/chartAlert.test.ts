import { expect, test } from "vitest";
import { alertParams, watchable } from "./chartAlert";

test("a rule takes over metric, filters and groups of a chart", () => {
  const where = [{ dimension: "prompt_id", op: "in" as const, values: ["a"] }];
  expect(alertParams("error_rate", { by: ["model"], where })).toEqual({
    metric: "error_rate",
    by: '["model"]',
    where: '[{"dimension":"prompt_id","op":"in","values":["a"]}]',
  });
});

test("what is not there is left out, and so are more dimensions than a rule may have", () => {
  expect(alertParams("error_rate", { by: ["a", "b", "c"], where: [] })).toEqual({
    metric: "error_rate",
    by: null,
    where: null,
  });
});

test("metrics that the catalogue has and formulas can be watched", () => {
  expect(watchable(["error_rate", "of_this_page", "=sum(cost_usd)"], new Map([["error_rate", {}]]))).toEqual([
    "error_rate",
    "=sum(cost_usd)",
  ]);
});
