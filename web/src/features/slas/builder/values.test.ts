import { expect, test } from "vitest";
import { bodyOf, fieldOf, isComplete, problemsOf, valuesOf } from "./values";

const LATENCY = { ...valuesOf(null), name: " Fast ", kind: "latency" as const, target: "95", under_ms: "1500" };

test("what is typed becomes an objective of its kind alone", () => {
  expect(bodyOf(LATENCY)).toMatchObject({ name: "Fast", target: 95, objective: { kind: "latency", under_ms: 1500 } });
  expect(bodyOf({ ...LATENCY, kind: "success_rate" }).objective).toEqual({ kind: "success_rate" });
});

test("a field that the chosen kind does not have is no problem", () => {
  const values = { ...LATENCY, at_least: "x", failing_share: "" };
  expect(Object.values(problemsOf(values)).filter((problem) => problem !== null)).toEqual([]);
  expect(problemsOf({ ...LATENCY, under_ms: "0" }).under_ms).toBe("Enter milliseconds above 0");
  expect(problemsOf({ ...LATENCY, target: "100" }).target).toBe("Enter a percent from 50, below 100");
});

test("a preview needs no name, but everything that is counted", () => {
  expect(isComplete({ ...LATENCY, name: "" })).toBe(true);
  expect(isComplete({ ...LATENCY, target: "" })).toBe(false);
});

test("what the API refuses is shown where it was typed", () => {
  expect(fieldOf("objective.score.name")).toBe("score");
  expect(fieldOf("objective.latency.under_ms")).toBe("under_ms");
  expect(fieldOf("where.0.values")).toBe("where");
  expect(fieldOf("name")).toBe("name");
  expect(fieldOf("elsewhere")).toBeNull();
});
