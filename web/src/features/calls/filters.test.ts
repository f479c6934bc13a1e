import { expect, test } from "vitest";
import { activeFilters, filterParams, withFilter } from "./filters";

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
  expect(filterParams(new URLSearchParams("range=7d&trace_id=t1&search="))).toEqual({ trace_id: "t1", search: null });
});
