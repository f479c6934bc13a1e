import { expect, test } from "vitest";
import { parseFilter, withFilter } from "./filter";

test("an address without a filter shows all", () => {
  expect(parseFilter(new URLSearchParams("project=p"))).toEqual({ status: null, search: "" });
});

test("a status that there is not is no filter", () => {
  expect(parseFilter(new URLSearchParams("status=lost")).status).toBeNull();
});

test("a filter is written beside what else the address says, and taken away", () => {
  const filtered = withFilter(new URLSearchParams("project=p"), { status: "running", search: " greet " });
  expect(filtered.toString()).toBe("project=p&status=running&search=greet");
  expect(withFilter(filtered, { status: null }).toString()).toBe("project=p&search=greet");
});
