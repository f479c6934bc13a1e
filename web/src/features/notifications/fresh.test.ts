import { expect, test } from "vitest";
import type { Notice } from "../../api/notifications";
import { freshNotices } from "./fresh";

const notice = (id: string, read = false) => ({ id, read }) as Notice;

test("what came since the last look is told once, the oldest first", () => {
  const rows = [notice("03"), notice("02"), notice("01")];
  expect(freshNotices(rows, "01").map(({ id }) => id)).toEqual(["02", "03"]);
  expect(freshNotices(rows, "03")).toEqual([]);
});

test("what was there when the page opened, or is read already, is not told", () => {
  expect(freshNotices([notice("02"), notice("01")], null)).toEqual([]);
  expect(freshNotices([notice("02", true)], "01")).toEqual([]);
});
