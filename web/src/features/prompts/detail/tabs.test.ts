import { expect, test } from "vitest";
import { numberIn, tabOf, TABS, UNREGISTERED_TABS, withTab } from "./tabs";

test("a link reproduces the tab and what it shows, and keeps the view", () => {
  const params = withTab(new URLSearchParams("range=7d"), "versions", { v: 4, with: 2 });
  expect(tabOf(params, TABS)).toBe("versions");
  expect([numberIn(params, "v"), numberIn(params, "with")]).toEqual([4, 2]);
  expect(withTab(params, "metrics").toString()).toBe("range=7d");
});

test("a tab that is not there is the first", () => {
  expect(tabOf(new URLSearchParams("tab=versions"), UNREGISTERED_TABS)).toBe("metrics");
  expect(tabOf(new URLSearchParams("tab=nowhere"), TABS)).toBe("metrics");
  expect(numberIn(new URLSearchParams("v=-1"), "v")).toBeNull();
});
