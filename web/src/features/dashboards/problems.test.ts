import { expect, test } from "vitest";
import type { Widget, WidgetKind } from "../../api/dashboards";
import type { Field, MetricInfo } from "../../api/types";
import { asKind, copyOf, newWidget } from "./newWidget";
import { problemsOf, titleOf, type Problems } from "./problems";

const METRICS = new Map<string, MetricInfo & { additive: boolean }>([
  ["total_requests", { key: "total_requests", label: "Requests", unit: "count", better: "neither", additive: true }],
  ["success_rate", { key: "success_rate", label: "Success rate", unit: "percent", better: "up", additive: false }],
]);
const FIELDS: Field[] = [
  { key: "latency_ms", label: "Latency", type: "number", unit: "ms" },
  { key: "model", label: "Model", type: "text", unit: null },
];
const widget = (kind: WidgetKind, query: Partial<Widget["query"]> = {}): Widget => {
  const made = newWidget(kind, "w", []);
  return { ...made, query: { ...made.query, ...query } };
};

test.each<WidgetKind>(["line", "area", "bar", "number", "table", "pie", "heatmap", "errors", "budgets"])(
  "a new %s shows something at once",
  (kind) => {
    expect(problemsOf(widget(kind), METRICS, FIELDS)).toEqual({});
  },
);

test.each<[string, Widget, (keyof Problems)[]]>([
  ["no metric", widget("line", { metrics: [] }), ["metrics"]],
  ["an empty formula", widget("line", { metrics: ["= "] }), ["metrics"]],
  ["a metric twice", widget("line", { metrics: ["total_requests", "total_requests"] }), ["metrics"]],
  ["a pie of nothing", widget("pie", { by: [] }), ["by"]],
  ["a filter without a value", widget("table", { where: [{ dimension: "model", op: "in", values: [] }] }), ["where"]],
  ["a heatmap of a text", widget("heatmap", { field: "model" }), ["field"]],
  ["too many rows", widget("errors", { limit: 101 }), ["limit"]],
  ["a rate that adds up", widget("line", { metrics: ["success_rate"], cumulative: true }), ["cumulative"]],
  ["an empty text", widget("text"), ["text"]],
])("%s is said at its part", (_, made, parts) => {
  expect(Object.keys(problemsOf(made, METRICS, FIELDS))).toEqual(parts);
});

test("another kind keeps what both know", () => {
  const line = widget("line", {
    metrics: ["success_rate", "total_requests"],
    by: ["model", "prompt_id"],
    cumulative: true,
  });
  expect(asKind(line, "pie").query).toMatchObject({ metrics: ["success_rate"], by: ["model"], cumulative: false });
  expect(asKind(line, "number").query).toMatchObject({ metrics: ["success_rate"], by: [], compare: true });
  expect(asKind(widget("text"), "heatmap").query).toMatchObject({ metrics: [], field: "latency_ms" });
});

test("a copy is another widget of the same size, below", () => {
  const first = newWidget("line", "a", []);
  expect(copyOf(first, "b", [first])).toEqual({ ...first, id: "b", place: { ...first.place, x: 6 } });
});

test("without a title a widget is named by its metrics", () => {
  expect(titleOf(widget("line", { metrics: ["total_requests", "= sum(cost_usd)"] }), METRICS)).toBe(
    "Requests, sum(cost_usd)",
  );
  expect(titleOf(widget("budgets"), METRICS)).toBe("Budgets");
  expect(titleOf({ ...widget("line"), title: "Traffic" }, METRICS)).toBe("Traffic");
});
