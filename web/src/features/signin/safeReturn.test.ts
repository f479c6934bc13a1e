import { expect, test } from "vitest";
import { safeReturn } from "./safeReturn";

test.each([
  ["/calls?status=error", "/calls?status=error"],
  [null, "/"],
  ["https://elsewhere.example", "/"],
  ["//elsewhere.example", "/"],
  ["/\\elsewhere.example", "/"],
  ["/sign-in?token=x", "/"],
])("after signing in %s leads to %s", (path, to) => {
  expect(safeReturn(path)).toBe(to);
});
