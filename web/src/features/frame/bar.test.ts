import { expect, test } from "vitest";
import { barOf } from "./bar";

test.each([
  ["/", { analysis: true, choosesPrompts: true, compares: true }],
  ["/performance", { analysis: true, choosesPrompts: true, compares: true }],
  ["/compare", { analysis: true, choosesPrompts: true, compares: false }],
  ["/costs", { analysis: true, choosesPrompts: true, compares: true }],
  ["/dashboards", { analysis: false, choosesPrompts: true, compares: false }],
  ["/dashboards/d1", { analysis: true, choosesPrompts: true, compares: false }],
  ["/calls/c1", { analysis: true, choosesPrompts: true, compares: false }],
  ["/prompts", { analysis: true, choosesPrompts: false, compares: false }],
  ["/prompts/a%2Fb", { analysis: true, choosesPrompts: false, compares: true }],
])("the bar of %s", (path, bar) => {
  expect(barOf(path)).toEqual(bar);
});

test.each(["/settings/keys", "/alerts", "/alerts/new", "/incidents/i1", "/slas", "/actions"])(
  "%s has no bar of traffic",
  (path) => {
    expect(barOf(path).analysis).toBe(false);
  },
);
