import { expect, test } from "vitest";
import type { NewRule } from "../../../api/alerts";
import { problemsOf, fieldOf } from "./problems";
import { bodyOf, changeOf, emptyValues, hasMore, valuesOf, type RuleValues } from "./values";

const RULE: NewRule = {
  name: "Success of support",
  description: "",
  enabled: true,
  severity: "critical",
  metric: "success_rate",
  where: [{ dimension: "environment", op: "in", values: ["production"] }],
  by: ["prompt_id"],
  series_limit: 20,
  window_minutes: 15,
  condition: { kind: "threshold", op: "below", value: 95 },
  for_minutes: 5,
  recovery_minutes: 10,
  recovery_value: 96,
  minimum_samples: 20,
  on_no_data: "keep",
  renotify_minutes: 60,
  quiet_hours: [{ weekdays: [6, 7], start: "22:00", end: "07:00" }],
  runbook: "Look at the provider.",
  channels: ["c1"],
  template: "success",
};

const CONDITIONS: NewRule["condition"][] = [
  { kind: "threshold", op: "above", value: 5000 },
  { kind: "change", against: "previous", op: "below", value: 20, unit: "percent" },
  { kind: "change", against: "week", op: "above", value: 3, unit: "absolute" },
  { kind: "expected", op: "above", factor: 2 },
  { kind: "expected", op: "below", factor: 0.5 },
];

test("a rule comes out of the form as it went in", () => {
  expect(bodyOf(valuesOf(RULE), "other")).toEqual(RULE);
});

test.each(CONDITIONS.map((condition) => [JSON.stringify(condition), condition] as const))(
  "so does the condition %s",
  (_, condition) => {
    expect(bodyOf(valuesOf({ ...RULE, condition }), "").condition).toEqual(condition);
  },
);

test("a band and silence have no number to recover at", () => {
  const band: NewRule = { ...RULE, condition: { kind: "band", direction: "above", sensitivity: "high" } };
  expect(bodyOf(valuesOf(band), "")).toMatchObject({ condition: band.condition, recovery_value: null });
  const silence: NewRule = { ...RULE, condition: { kind: "no_data", minutes: 7 } };
  expect(bodyOf(valuesOf(silence), "")).toMatchObject({ condition: silence.condition, recovery_value: null });
});

test("a rule without a name is called what it says", () => {
  expect(bodyOf(emptyValues({ metric: "error_rate", value: 5 }), "Error rate above 5 %").name).toBe(
    "Error rate above 5 %",
  );
});

test("only what differs is sent to change a rule", () => {
  const before = valuesOf(RULE);
  expect(changeOf(before, before, "")).toEqual({});
  expect(changeOf(before, { ...before, renotify_minutes: "", severity: "info" }, "")).toEqual({
    renotify_minutes: null,
    severity: "info",
  });
});

test("the closed part opens where it says something", () => {
  expect(hasMore(emptyValues({ metric: "error_rate", value: 5, for_minutes: 0, severity: "info" }))).toBe(false);
  expect(hasMore(emptyValues({ by: ["model"] }))).toBe(true);
});

const GOOD = { metric: "error_rate", value: 5 } as const;

test.each<[Partial<RuleValues>, object]>([
  [{}, {}],
  [{ metric: "" }, { metric: "Choose a metric" }],
  [{ metric: "= " }, { metric: "Choose a metric" }],
  [{ metric: "", condition: "no_data" }, {}],
  [{ value: "" }, { value: "Enter a number" }],
  [{ value: -3 }, {}],
  [{ condition: "rises", value: 0 }, { value: "Enter a number above 0" }],
  [{ condition: "more", value: "", factor: 0 }, { factor: "Above 0, at most 1,000" }],
  [{ window_minutes: 0.5 }, { window_minutes: "Between 1 and 44,640 minutes" }],
  [{ window_minutes: 2000 }, { window_minutes: "Longer than a day: whole days, a multiple of 1440" }],
  [{ window_minutes: 43_200 }, {}],
  [{ channels: [] }, { channels: "Choose at least one channel" }],
  [{ where: [{ dimension: "model", op: "in", values: [] }] }, { where: "Give each filter a value" }],
  [{ recovery_value: 4 }, {}],
  [{ recovery_value: 6 }, { recovery_value: "It is over below the condition's own number: enter a lower one" }],
  [
    { condition: "below", recovery_value: 4 },
    { recovery_value: "It is over above the condition's own number: enter a higher one" },
  ],
])("%j is %j", (part, problems) => {
  expect(problemsOf(emptyValues({ ...GOOD, ...part }))).toEqual(problems);
});

test.each([
  ["metric", "metric"],
  ["rule.metric", "metric"],
  ["condition.value", "value"],
  ["condition.threshold.value", "value"],
  ["rule.condition.no_data.minutes", "no_data_minutes"],
  ["where.0.dimension", "where"],
  ["quiet_hours.1.start", "quiet_hours"],
  ["project", null],
])("the API's field %s is shown at %s", (field, shown) => {
  expect(fieldOf(field)).toBe(shown);
});
