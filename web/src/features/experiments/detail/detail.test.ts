import { expect, test } from "vitest";
import type { Bill, Experiment, ExperimentVariant, MetricResult, TrendAnswer, Versus } from "../../../api/experiments";
import { billLines } from "./bill";
import { concludeWord, suggestedWinner } from "./conclusion";
import { contextOf } from "./context";
import { feedOf } from "./feed";
import { plotOf, scaleEnd } from "./lifts";
import { stepsOf } from "./missing";
import { parseSegment, segmentBy } from "./segments";
import { pText } from "./pText";
import { snippets } from "./snippets";
import { prepareTrend } from "./trend";
import { parseMethod } from "./verdicts";

function versus(lift: number | null, low: number | null, high: number | null): Versus {
  return {
    difference: 0,
    difference_low: 0,
    difference_high: 0,
    lift,
    lift_low: low,
    lift_high: high,
    p_value: null,
    p_adjusted: null,
    significant: false,
    verdict: "unclear",
    chance_to_win: null,
    variance_reduced: null,
  };
}

function metric(minEffect: number | null, ...lifts: (Versus | null)[]): MetricResult {
  const variants = lifts.map((one) => ({
    variant_id: "b",
    units: 1,
    observations: 1,
    value: 1,
    low: null,
    high: null,
    versus: one,
    note: "",
  }));
  return {
    key: "score:rating",
    label: "rating",
    unit: "score",
    better: "up",
    role: "primary",
    kind: "ratio",
    min_effect: minEffect,
    max_harm: null,
    variants,
  };
}

test.each<[string, MetricResult[], number]>([
  ["holds every interval", [metric(null, null, versus(3, -4, 9))], 10],
  ["holds the smallest effect", [metric(15, versus(1, -1, 3))], 20],
  [
    "is not stretched by one that is hardly known",
    [metric(null, versus(3, 1, 4)), metric(null, versus(5, -300, 310))],
    20,
  ],
  ["holds every point", [metric(null, versus(3, 1, 4)), metric(null, versus(70, -300, 310))], 100],
  ["is there without data", [metric(null, null)], 1],
])("the scale %s", (_, metrics, end) => {
  expect(scaleEnd(metrics)).toBe(end);
});

test("an interval lies on the scale, and what leaves it says so", () => {
  expect(plotOf(versus(5, -5, 30), 2, 20)).toEqual({
    zero: 50,
    band: { from: 45, to: 55 },
    from: 37.5,
    to: 100,
    point: 62.5,
    beyondLow: false,
    beyondHigh: true,
  });
  expect(plotOf(versus(null, null, null), 2, 20)).toBeNull();
  expect(plotOf(null, 2, 20)).toBeNull();
});

const VARIANTS: [ExperimentVariant, ExperimentVariant] = [
  { id: "a", name: "Control", prompt: "greeting", prompt_id: "p", version: 1, weight: 50, control: true },
  { id: "b", name: "Short", prompt: "greeting", prompt_id: "p", version: 2, weight: 50, control: false },
];

const HOUR = 3_600_000;
const TREND: TrendAnswer = {
  metric: "score:rating",
  label: "rating",
  unit: "score",
  bucket: "1h",
  buckets: [0, 1, 2, 3].map((hour) => new Date(hour * HOUR).toISOString()),
  series: [
    { variant_id: "a", values: [4, null, 4.2, 4.1], cumulated: [4, 4, 4.1, 4.1], units: [1, 0, 1, 1] },
    { variant_id: "b", values: [4.4, 4.3, null, 4.5], cumulated: [4.4, 4.35, 4.35, 4.4], units: [1, 1, 0, 1] },
  ],
  lifts: [{ variant_id: "b", lift: [10, 9, 6, 7], low: [null, -40, -2, 1], high: [null, 60, 14, 13] }],
};
const SHOWN = { variants: VARIANTS, timeZone: "UTC", happenings: [], span: null, running: true } as const;

test("each variant is a line with its own colour, and gaps stay gaps", () => {
  const chart = prepareTrend(TREND, { ...SHOWN, view: "value" });
  expect(chart.series.map(({ label, colour, points }) => [label, colour, points])).toEqual([
    ["Control", 0, [4, null, 4.2, 4.1]],
    ["Short", 1, [4.4, 4.3, null, 4.5]],
  ]);
  expect(chart.partialLast).toBe(true);
  expect(chart.axes).toEqual([{ unit: "score", min: 4, max: 4.6, step: 0.2 }]);
});

test("a lift has its interval, its axis has zero, and its first wide interval does not flatten the rest", () => {
  const chart = prepareTrend(TREND, { ...SHOWN, view: "lift" });
  expect(chart.series).toHaveLength(1);
  expect(chart.series[0]?.interval?.low).toEqual([null, -40, -2, 1]);
  expect(chart.thresholds).toEqual([0]);
  const [axis] = chart.axes;
  expect(axis?.min).toBeLessThan(0);
  expect(axis?.max).toBeGreaterThanOrEqual(10);
  expect(axis?.max).toBeLessThanOrEqual(60);
  expect(chart.partialLast).toBe(false);
});

test("a part of the time shows only its buckets, and is not filling", () => {
  const chart = prepareTrend(TREND, { ...SHOWN, view: "value", span: { start: HOUR, end: 3 * HOUR } });
  expect(chart.buckets).toEqual([HOUR, 2 * HOUR]);
  expect(chart.series[1]?.points).toEqual([4.3, null]);
  expect(chart.partialLast).toBe(false);
});

const EXPERIMENT = {
  id: "e1",
  title: "It's short",
  unit: "user",
  hypothesis: "",
  variants: VARIANTS,
  targeting: [{ attribute: "plan", op: "is", values: ["pro"] }],
  metrics: [],
  end: { on_decision: false },
} as unknown as Experiment;

test("a draft without a primary metric lacks what it needs", () => {
  expect(stepsOf(EXPERIMENT).filter(({ needed, done }) => needed && !done)).toEqual([
    { text: "A primary metric: what decides", done: false, needed: true },
  ]);
});

test("a title with a quote is safe in a shell", () => {
  const curl = snippets("http://localhost:1", "pp_key", EXPERIMENT).find(({ name }) => name === "curl");
  expect(curl?.code).toContain(`'{"experimentTitle": "It'\\''s short", "context": {"userId":"user-42","plan":"pro"}}'`);
});

test("the newest of events and scores come first", () => {
  const event = {
    id: "1",
    kind: "outcome",
    variant_id: "a",
    variant_name: "Control",
    outcome: "success",
    score: null,
    user_id: null,
    session_id: "s",
    created_at: "2026-03-01T10:00:00Z",
  } as Parameters<typeof feedOf>[0][number];
  const submission = {
    id: "2",
    bucket_id: "b",
    bucket_name: "Short",
    scores: [
      { name: "rating", type: "int", value: 5 },
      { name: "helpful", type: "bool", value: true },
    ],
    user_id: "u",
    session_id: null,
    created_at: "2026-03-01T10:00:01Z",
  } as Parameters<typeof feedOf>[1][number];
  expect(feedOf([event], [submission], 10).map(({ who, text }) => [who, text])).toEqual([
    ["u", "rating 5, helpful yes"],
    ["s", "success"],
  ]);
  expect(feedOf([event], [submission], 1)).toHaveLength(1);
});

test.each<[string, string, unknown]>([
  ["user-42", "", { context: { userId: "user-42" } }],
  ["user-42", '{"plan": "pro"}', { context: { plan: "pro", userId: "user-42" } }],
  ["", "[1]", { problem: 'Enter an object, such as {"plan": "pro"}' }],
])("the context of %s and %s", (id, json, expected) => {
  expect(contextOf("user", id, json)).toEqual(expected);
});

test("what is not JSON is said", () => {
  expect(contextOf("session", "s", "{plan: pro}")).toHaveProperty("problem");
});

test("a bill is compared with control's", () => {
  const bill: Bill = {
    requests: 1000,
    usd_now: 10,
    priced_share: 100,
    variants: [
      { variant_id: "b", cost_per_request_usd: 0.008, usd: 8, low: 7, high: 9 },
      { variant_id: "a", cost_per_request_usd: 0.01, usd: 10, low: 9, high: 11 },
    ],
  };
  expect(billLines(bill, VARIANTS).map(({ name, usd, saved }) => [name, usd, saved])).toEqual([
    ["Control", 10, null],
    ["Short", 8, 2],
  ]);
});

const verdict = (decision: "ship" | "keep" | "equivalent" | "keep_running", id: string | null) => ({
  decision,
  variant_id: id,
  title: "",
  reasons: [],
});

test("the verdict suggests the winner", () => {
  expect(suggestedWinner(verdict("ship", "b"), EXPERIMENT)).toBe("b");
  expect(suggestedWinner(verdict("keep", null), EXPERIMENT)).toBe("a");
  expect(suggestedWinner(verdict("keep_running", "b"), EXPERIMENT)).toBeNull();
  expect(suggestedWinner(undefined, EXPERIMENT)).toBeNull();
});

test("the button says all that happens", () => {
  expect(concludeWord(VARIANTS[1], true, "production")).toBe("Conclude and deploy greeting v2 to production");
  expect(concludeWord(VARIANTS[1], false, "production")).toBe("Conclude: Short wins");
  expect(concludeWord(null, true, "production")).toBe("Conclude without a winner");
});

test("segments by a property wait for its name", () => {
  expect(segmentBy(parseSegment("properties."))).toBeNull();
  expect(segmentBy(parseSegment("properties.plan"))).toBe("properties.plan");
  expect(segmentBy(parseSegment("new_returning"))).toBe("new_returning");
  expect(segmentBy(parseSegment("nothing"))).toBe("feature");
  expect(segmentBy(parseSegment(null))).toBe("feature");
});

test("a method that there is not is the default", () => {
  expect(parseMethod("bayesian")).toBe("bayesian");
  expect(parseMethod("peeking")).toBe("sequential");
});

test("an interval that leaves out 0 is explained where the correction makes it unclear", () => {
  const alone = { ...versus(20, 2, 43), p_value: 0.02, p_adjusted: 0.1 };
  expect(pText(alone)).toBe("p = 0.1, corrected");
  expect(pText({ ...alone, lift_low: -2 })).toBe("p = 0.1");
  expect(pText({ ...alone, significant: true, p_adjusted: 0.0001 })).toBe("p < 0.001");
});
