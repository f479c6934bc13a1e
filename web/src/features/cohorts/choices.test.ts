import { expect, test } from "vitest";
import { callsOf, cohortChoices, propertyNames } from "./choices";

test("time and users come first, then the dimensions people ask for most", () => {
  const [times, dimensions] = cohortChoices([
    { key: "model", label: "Model" },
    { key: "user_id", label: "User" },
    { key: "feature", label: "Feature" },
  ]);
  expect(times?.items.map(({ value }) => value)).toEqual(["new_users", "hour", "weekday", "day", "week"]);
  expect(dimensions?.items.map(({ value }) => value)).toEqual(["feature", "model", "properties."]);
});

test("a cohort by a dimension or a property leads to its calls", () => {
  expect(callsOf("properties.plan", "pro")).toEqual({
    where: '[{"dimension":"properties.plan","op":"in","values":["pro"]}]',
  });
  expect(callsOf("feature", null)).toEqual({ where: '[{"dimension":"feature","op":"in","values":[null]}]' });
  expect(callsOf("hour", "14")).toBeNull();
});

test("properties are offered by their own names", () => {
  expect(propertyNames([{ key: "model" }, { key: "properties.plan" }, { key: "score.rating" }])).toEqual(["plan"]);
});
