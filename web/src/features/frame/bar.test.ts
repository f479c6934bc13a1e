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

test("settings have no bar of traffic", () => {
  expect(barOf("/settings/keys").analysis).toBe(false);
});
