import { expect, test } from "vitest";
import type { CatalogueMetric } from "../api/types";
import type { Unit } from "../format/number";
import { faultOf, metricChoices } from "./metricChoices";

const metric = (key: string, label: string, unit: Unit, description = "", custom = false): CatalogueMetric => ({
  key,
  label,
  unit,
  better: "neither",
  description,
  custom,
  additive: unit === "count",
  bands: [],
});
const METRICS = [
  metric("total_requests", "Requests", "count", "Number of calls"),
  metric("p95_latency_ms", "Latency, p95", "ms"),
  metric("cost_per_request_usd", "Cost per request", "usd"),
  metric("custom.happy", "Customer satisfaction", "percent", "Positive feedback of all requests", true),
];
const found = (text: string) => metricChoices(METRICS, text).flatMap(({ metrics }) => metrics.map(({ key }) => key));

test("all metrics are grouped, the project's own first", () => {
  expect(metricChoices(METRICS, "").map(({ group }) => group)).toEqual([
    "This project’s own",
    "Counts and rates",
    "Latency",
    "Cost",
  ]);
});

test("every word must occur, in the name, the key or the description, in any case", () => {
  expect(found("LATENCY 95")).toEqual(["p95_latency_ms"]);
  expect(found("calls")).toEqual(["total_requests"]);
  expect(found("usd")).toEqual(["cost_per_request_usd"]);
  expect(found("latency cost")).toEqual([]);
});

test("what is named so comes before what is only described so", () => {
  const counts = [metric("a", "Failed", "count", "requests that failed"), metric("b", "Requests", "count")];
  expect(metricChoices(counts, "requests")[0]?.metrics.map(({ key }) => key)).toEqual(["b", "a"]);
});

test.each([
  ["sum(latency)", 4, 7, { line: "sum(latency)", before: 4, length: 7 }],
  ["sum(latency_ms", 14, 0, { line: "sum(latency_ms", before: 14, length: 1 }],
  ["1 +\n  sum(x)\n+ 2", 10, 1, { line: "  sum(x)", before: 6, length: 1 }],
  ["1 +\n+ 2", 3, 0, { line: "1 +", before: 3, length: 1 }],
  ["a", 99, 5, { line: "a", before: 1, length: 1 }],
])("the fault of %j at %i", (formula, position, length, expected) => {
  expect(faultOf(formula, position, length)).toEqual(expected);
});
