import { expect, test } from "vitest";
import type { Widget, WidgetData, WidgetKind } from "../../../api/dashboards";
import type { QueryResult } from "../../../api/types";
import { newWidget } from "../newWidget";
import { prepareWidget, type Prepared } from "./prepareWidget";
import type { KnownMetric, Scene } from "./SceneContext";
import { sortedRows } from "./sortedRows";

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const SPAN = { start: new Date(START).toISOString(), end: new Date(START + 2 * HOUR).toISOString() };
const REQUESTS = { key: "total_requests", label: "Requests", unit: "count", better: "neither" } as const;
const HAPPY = { key: "custom.happy", label: "Happy", unit: "percent", better: "up" } as const;

const scene = (part: Partial<Scene> = {}): Scene => ({
  timeZone: "UTC",
  now: START + 2 * HOUR,
  range: { preset: "1h" },
  window: { start: START, end: START + 2 * HOUR, bucket: "1h" },
  metrics: new Map<string, KnownMetric>([
    ["total_requests", REQUESTS],
    ["custom.happy", { ...HAPPY, threshold: 80 }],
  ]),
  marks: [],
  keys: [],
  load: () => Promise.reject(new Error("not asked here")),
  zoom: () => undefined,
  zoomOut: () => undefined,
  ways: {
    calls: (filters) => `calls of ${JSON.stringify(filters)}`,
    call: (id) => id,
    experiment: (id) => id,
    page: (path) => path,
    alerts: () => [],
  },
  ...part,
});
const answer = (part: Partial<QueryResult>): QueryResult => ({
  ...SPAN,
  bucket: null,
  buckets: null,
  last_bucket_partial: false,
  groups: [{}],
  metrics: [REQUESTS],
  values: {},
  moments: {},
  source: "rollup",
  rows_read: null,
  elapsed_ms: 1,
  ...part,
});
const OVER_TIME = { bucket: "1h", buckets: [SPAN.start, new Date(START + HOUR).toISOString()] };
const BY_PROMPT = answer({
  groups: [{ prompt_id: "a" }, { prompt_id: null }],
  values: { total_requests: [[3], [1]] },
});
const widget = (kind: WidgetKind, query: Partial<Widget["query"]> = {}): Widget => {
  const made = newWidget(kind, "w", []);
  return { ...made, query: { ...made.query, ...query } };
};
const shown = <Shape extends Prepared["shape"]>(
  shape: Shape,
  given: Widget,
  data: Partial<WidgetData>,
  in_ = scene(),
) => {
  const prepared = prepareWidget(given, { ...SPAN, ...data }, in_);
  expect(prepared.shape).toBe(shape);
  return prepared as Extract<Prepared, { shape: Shape }>;
};

test("a line of a metric that is held to something shows the threshold, and together with others it does not", () => {
  const alone = answer({ ...OVER_TIME, metrics: [HAPPY], values: { "custom.happy": [[90, 70]] } });
  const line = widget("line", { metrics: ["custom.happy"] });
  expect(shown("time", line, { result: alone }).chart.targets).toMatchObject([{ value: 80 }]);
  const both = answer({
    ...OVER_TIME,
    metrics: [HAPPY, REQUESTS],
    values: { "custom.happy": [[90, 70]], total_requests: [[1, 2]] },
  });
  expect(
    shown("time", widget("line", { metrics: ["custom.happy", "total_requests"] }), { result: both }).chart.targets,
  ).toEqual([]);
});

test("a widget with a time of its own has no deployments of the page's time on it", () => {
  const marks = [{ id: "d", at: START + HOUR, kind: "deploy" as const, label: "v2", text: "v2" }];
  const result = answer({ ...OVER_TIME, values: { total_requests: [[1, 2]] } });
  expect(shown("time", widget("line"), { result }, scene({ marks })).chart.marks).toHaveLength(1);
  expect(shown("time", widget("line", { range: "7d" }), { result }, scene({ marks })).chart.marks).toHaveLength(0);
});

test("slices are parts of the whole, which the largest groups do not make alone", () => {
  const totals = answer({ values: { total_requests: [[8]] } });
  const pie = widget("pie", { metrics: ["total_requests"] });
  const { chart } = shown("pie", pie, { result: BY_PROMPT, totals, groups_total: 5 });
  expect(chart.categories.map(({ label, share }) => [label, share])).toEqual([
    ["a", 37.5],
    ["no prompt", 12.5],
    ["3 others", 50],
  ]);
});

test("bars that are divided and of no time are one for each group", () => {
  expect(shown("bars", widget("bar", { by: ["prompt_id"] }), { result: BY_PROMPT }).chart.categories).toHaveLength(2);
});

test("a row of a table leads to the calls of its group that the widget counts, except for strangers", () => {
  const where: Widget["query"]["where"] = [{ dimension: "model", op: "in", values: ["m"] }];
  const { table } = shown("table", widget("table", { where }), { result: BY_PROMPT, groups_total: 2 });
  expect(table.rows[1]).toMatchObject({
    names: [null],
    values: [1],
    href: `calls of ${JSON.stringify([...where, { dimension: "prompt_id", op: "in", values: [null] }])}`,
  });
  const theirs = shown("table", widget("table"), { result: BY_PROMPT }, scene({ ways: null }));
  expect(theirs.table.rows.map(({ href }) => href)).toEqual([null, null]);
});

test("rows are sorted by a number or a name, and what has no data comes last", () => {
  const { table } = shown("table", widget("table"), {
    result: answer({
      groups: [{ prompt_id: "a" }, { prompt_id: "c" }, { prompt_id: "b" }],
      values: { total_requests: [[null], [1], [2]] },
    }),
  });
  const names = (by: string, descending: boolean) =>
    sortedRows(table, { by, descending }).map(({ names: [name] }) => name);
  expect(names("total_requests", true)).toEqual(["b", "c", "a"]);
  expect(names("total_requests", false)).toEqual(["c", "b", "a"]);
  expect(names("prompt_id", false)).toEqual(["a", "b", "c"]);
});

test("a number is its total, with the line below it", () => {
  const result = answer({ ...OVER_TIME, values: { total_requests: [[1, 2]] } });
  const totals = answer({
    values: { total_requests: [[3]] },
    change: { total_requests: [{ percent: 50, trend: "rising" }] },
  });
  expect(shown("number", widget("number"), { result, totals }).figure).toMatchObject({
    value: 3,
    points: [1, 2],
    change: { percent: 50 },
  });
});

test.each<[WidgetKind, Partial<WidgetData>]>([
  ["line", { result: answer({ ...OVER_TIME, values: { total_requests: [[null, null]] } }) }],
  ["table", { result: answer({ groups: [] }) }],
  ["errors", { errors: [] }],
  ["budgets", { budgets: [] }],
  ["alerts", {}],
])("a %s of nothing says so", (kind, data) => {
  expect(shown("nothing", widget(kind), data).title).not.toBe("");
});
