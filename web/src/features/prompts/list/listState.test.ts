import { expect, test } from "vitest";
import { parseList, withList, type ListState } from "./listState";

test.each<Partial<ListState>>([
  {},
  { search: "mail", archived: true },
  { sort: { by: "name", descending: false } },
  { sort: { by: "total_requests", descending: false } },
  { create: "" },
  { create: "a/b" },
])("a link reproduces the list %j", (part) => {
  const params = withList(new URLSearchParams("project=p1"), part);
  expect(parseList(params)).toEqual({ ...parseList(new URLSearchParams()), ...part });
  expect(params.get("project")).toBe("p1");
});

test("the usual list has an address without parameters", () => {
  const shown = withList(new URLSearchParams(), { search: "x", create: "", archived: true });
  expect(withList(shown, parseList(new URLSearchParams())).toString()).toBe("");
});
