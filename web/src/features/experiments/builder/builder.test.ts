import { expect, test } from "vitest";
import type { Experiment } from "../../../api/experiments";
import { locksOf } from "./locks";
import { fieldOf, isShown, problemsOf } from "./problems";
import { bodyOf, changeOf, emptyValues, newCondition, newMetric, valuesOf, type ExperimentValues } from "./values";

const NOW = Date.parse("2026-03-15T12:00:00Z");
const ZONE = "Europe/Berlin";

function keys() {
  let last = 0;
  return () => {
    last += 1;
    return `k${last}`;
  };
}

function filled(part: Partial<ExperimentValues> = {}): ExperimentValues {
  const empty = emptyValues(keys());
  const variants = empty.variants.map((variant, place) => ({ ...variant, prompt: "greeting", version: place + 1 }));
  return { ...empty, title: "Shorter greeting", variants, ...part };
}

const problems = (part: Partial<ExperimentValues>) => problemsOf(filled(part), NOW, ZONE);

test("a form that is filled in has no problems, metric or not", () => {
  expect(problems({})).toEqual({});
});

test("an empty form says what is missing", () => {
  expect(problemsOf(emptyValues(keys()), NOW, ZONE)).toEqual({
    title: "Give it a title: programs ask for the experiment by it",
    "variants.0.prompt": "Choose a prompt",
    "variants.1.prompt": "Choose a prompt",
  });
});

test.each([
  [9, "A whole number, at least 10"],
  [10.5, "A whole number, at least 10"],
  [10, undefined],
  ["", undefined],
] as const)("a verdict needs 10 units a variant: %j", (min_units, problem) => {
  expect(problems({ min_units })["min_units"]).toBe(problem);
});

test("two variants do not have the same name", () => {
  const { variants } = filled();
  const same = variants.map((variant) => ({ ...variant, name: "B" }));
  expect(problems({ variants: same })).toEqual({ "variants.1.name": "Another variant has this name" });
});

test.each<[string, string[], string | null]>([
  ["is", [], "Enter at least one value"],
  ["is", ["pro", "team"], null],
  ["exists", [], null],
  ["greater", ["18"], null],
  ["greater", ["old"], "Enter one number"],
  ["less", ["1", "2"], "Enter one number"],
])("a condition with %s and the values %j: %s", (op, values, expected) => {
  const condition = { ...newCondition("c"), attribute: "age", op: op as "is", values };
  expect(problems({ targeting: [condition] })["targeting.0.values"] ?? null).toBe(expected);
});

test("an end that has passed on the clock of the project is refused", () => {
  expect(problems({ end_at: "2026-03-15T12:30" })).toEqual({ end_at: "This has passed: choose a later end" });
  expect(problems({ end_at: "2026-03-15T13:30" })).toEqual({}); // 12:30 UTC
});

test("a metric is there once, and an effect is more than nothing", () => {
  const rating = { ...newMetric("m", "primary"), name: "rating" };
  expect(problems({ metrics: [rating, { ...rating, key: "n", role: "secondary" }] })).toEqual({
    "metrics.1.name": "This metric is there already",
  });
  expect(problems({ metrics: [{ ...rating, min_effect: 0 }] })).toEqual({
    "metrics.0.min_effect": "Between 0.1 and 1,000 percent",
  });
});

test("what is sent leaves out what is left to the server", () => {
  const values = filled({
    targeting: [{ ...newCondition("c"), attribute: " plan ", values: ["pro"] }],
    metrics: [
      { ...newMetric("m", "primary"), name: "rating", min_effect: 2 },
      { ...newMetric("n", "guardrail"), kind: "metric", name: "p95_latency_ms", max_harm: 10 },
      newMetric("o", "secondary"),
    ],
    sample_goal: 5000,
    end_at: "2026-04-01T09:00",
  });
  const body = bodyOf(values, ZONE);
  expect(body.variants).toEqual([
    { name: "Control", prompt: "greeting", version: 1, weight: 50, control: true },
    { name: "Variant B", prompt: "greeting", version: 2, weight: 50, control: false },
  ]);
  expect(body.targeting).toEqual([{ attribute: "plan", op: "is", values: ["pro"] }]);
  expect(body.metrics).toEqual([
    { score: "rating", primary: true, guardrail: false, min_effect: 2 },
    { metric: "p95_latency_ms", primary: false, guardrail: true, max_harm: 10 },
  ]);
  expect(body.end).toEqual({ sample_goal: 5000, end_at: "2026-04-01T07:00:00.000Z", on_decision: false });
});

test("numbers are compared as numbers", () => {
  const condition = { ...newCondition("c"), attribute: "age", op: "greater" as const, values: ["18"] };
  expect(bodyOf(filled({ targeting: [condition] }), ZONE).targeting).toEqual([
    { attribute: "age", op: "greater", values: [18] },
  ]);
});

const STORED = {
  title: "Shorter greeting",
  hypothesis: "",
  status: "running",
  unit: "user",
  traffic: 100,
  targeting: [{ attribute: "age", op: "greater", values: [18] }],
  variants: [
    { id: "b", name: "B", prompt: "greeting", prompt_id: "p", version: 2, weight: 40, control: false },
    { id: "a", name: "A", prompt: "greeting", prompt_id: "p", version: 1, weight: 60, control: true },
  ],
  metrics: [
    {
      key: "score:rating",
      label: "rating",
      unit: "score",
      score: "rating",
      metric: null,
      outcome: null,
      per: "value",
      role: "primary",
      better: "up",
      min_effect: 2,
      max_harm: null,
    },
  ],
  end: { sample_goal: 5000, end_at: "2026-04-01T07:00:00Z", on_decision: false },
  analysis: { alpha: 5, power: 80, min_units: 100, min_days: 0, variance_reduction: true },
} as unknown as Experiment;

test("a stored experiment comes back as it was, its control first", () => {
  const values = valuesOf(STORED, ZONE, keys());
  expect(values.variants.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(values.end_at).toBe("2026-04-01T09:00");
  const body = bodyOf(values, ZONE);
  expect(body.targeting).toEqual(STORED.targeting);
  expect(body.metrics).toEqual([{ score: "rating", primary: true, guardrail: false, better: "up", min_effect: 2 }]);
});

test("a change holds only what differs", () => {
  const before = valuesOf(STORED, ZONE, keys());
  expect(changeOf(before, before, ZONE)).toEqual({});
  expect(changeOf(before, { ...before, hypothesis: "People like it short" }, ZONE)).toEqual({
    hypothesis: "People like it short",
  });
});

test.each([
  ["end.end_at", "end_at"],
  ["analysis.alpha", "alpha"],
  ["metrics.2.score", "metrics.2.name"],
  ["variants.0.version", "variants.0.version"],
  ["targeting.1.values.0", "targeting.1.values"],
])("what the API says of %s is shown at %s", (field, path) => {
  expect(fieldOf(field)).toBe(path);
});

test("a message is shown at its field only where the form has it", () => {
  const values = filled();
  expect(isShown("variants.1.version", values)).toBe(true);
  expect(isShown("variants.7.version", values)).toBe(false);
  expect(isShown("winner", values)).toBe(false);
});

test("before the start everything may change, after it what the data mean stays", () => {
  expect(locksOf("draft").some).toBe(false);
  expect(locksOf("draft").is("variants")).toBe(false);
  expect(locksOf("running").is("variants")).toBe(true);
  expect(locksOf("paused").is("unit")).toBe(true);
  expect(locksOf("running").is("weights")).toBe(false);
});
