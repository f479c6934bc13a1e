import { expect, test } from "vitest";
import {
  activeFilters,
  allConditions,
  boundsOf,
  conditionsOf,
  filterParams,
  withBounds,
  withConditions,
  withFilter,
  withoutFilters,
} from "./filters";

const PLAN = { dimension: "properties.plan", op: "in" as const, values: ["pro"] };

test("filters live in the address beside the view", () => {
  const params = withFilter(new URLSearchParams("range=7d&model=a"), "status", " error ");
  expect(params.toString()).toBe("range=7d&model=a&status=error");
  expect(activeFilters(params).map(({ filter, value }) => [filter.label, value])).toEqual([
    ["Status", "error"],
    ["Model", "a"],
  ]);
  expect(withFilter(params, "status", "").toString()).toBe("range=7d&model=a");
});

test("the API gets what is set and nothing of the view", () => {
  expect(filterParams(new URLSearchParams("range=7d&trace_id=t1&search="))).toEqual({ trace_id: "t1" });
});

test("conditions are read back as they were written", () => {
  const params = withConditions(new URLSearchParams("range=7d"), [PLAN]);
  expect(conditionsOf(params)).toEqual([PLAN]);
  expect(filterParams(params)).toEqual({ where: JSON.stringify([PLAN]) });
  expect(withoutFilters(params).toString()).toBe("range=7d");
});

test.each(["", "[", "{}", "[1]", '[{"dimension":"a"}]'])("the address %s has no conditions", (where) => {
  expect(conditionsOf(new URLSearchParams({ where }))).toEqual([]);
});

test("every filter is a condition of a query", () => {
  const params = withConditions(new URLSearchParams("model=a&min_latency_ms=100&text=refund"), [PLAN]);
  expect(allConditions(params)).toEqual([
    { dimension: "model", op: "in", values: ["a"] },
    { dimension: "latency_ms", op: "gte", values: ["100"] },
    { dimension: "text", op: "contains", values: ["refund"] },
    PLAN,
  ]);
});

test("bounds of a field replace those before", () => {
  const once = withBounds([PLAN], "latency_ms", { low: 1, high: 2 });
  const twice = withBounds(once, "latency_ms", { low: 10, high: 20 });
  expect(boundsOf(twice, "latency_ms")).toEqual({ low: 10, high: 20 });
  expect(twice).toHaveLength(3);
  expect(withBounds(twice, "latency_ms", null)).toEqual([PLAN]);
});
