import { expect, test } from "vitest";
import { choicesOf, filterText, isProperty, onField } from "./fieldChoices";

const labels = (type: "text" | "number" | "boolean", key = "x") => choicesOf({ key, type }).map(({ label }) => label);

test("a field is compared as its type can be, a property as a text or a number", () => {
  expect(labels("text")).toEqual(["is", "is not", "contains", "does not contain"]);
  expect(labels("number").slice(0, 2)).toEqual(["at least", "more than"]);
  expect(labels("boolean")).toEqual(["is"]);
  expect(labels("text", "properties.plan")).toContain("at most");
  expect(choicesOf(undefined).map(({ label }) => label)).toContain("contains");
});

test("a property has a name after its dot", () => {
  expect(["properties.plan", " properties.a b", "properties.", "plan"].map(isProperty)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("another field begins without a value", () => {
  expect(onField({ key: "latency_ms", type: "number" }, "latency_ms")).toEqual({
    dimension: "latency_ms",
    op: "gte",
    values: [],
  });
});

test("a filter reads as a sentence", () => {
  expect(filterText({ dimension: "model", op: "not_in", values: ["m1", null] })).toBe("is not m1, not given");
  expect(filterText({ dimension: "latency_ms", op: "gte", values: [100] })).toBe("at least 100");
});
