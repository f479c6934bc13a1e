import { expect, test } from "vitest";
import type { DashboardBody } from "../../api/dashboards";
import { fileName, parseFile, parseWidget } from "./file";
import { newWidget } from "./newWidget";

const BODY: DashboardBody = {
  name: "Support",
  description: "",
  range: "7d",
  widgets: [newWidget("line", "w1", [])],
};
const file = (dashboard: unknown, version = 1) => JSON.stringify({ promptpulse_dashboard: version, dashboard });

test("what was exported is read as it was", () => {
  expect(parseFile(file(BODY))).toEqual({ promptpulse_dashboard: 1, dashboard: BODY });
});

test.each([
  ["not JSON", "{", /not an exported dashboard/],
  ["another file", '{"name": "x"}', /not an exported dashboard/],
  ["a newer version", file(BODY, 2), /version 2/],
  ["no widgets", file({ name: "x", range: "7d" }), /not complete/],
  ["an unknown kind", file({ ...BODY, widgets: [{ ...BODY.widgets[0], kind: "toString" }] }), /not complete/],
])("%s is refused in words", (_, text, words) => {
  expect(parseFile(text)).toMatch(words);
});

test("a widget of the clipboard is read, anything else is not one", () => {
  const widget = newWidget("pie", "w2", []);
  expect(parseWidget(JSON.stringify(widget))).toEqual(widget);
  expect(parseWidget("https://example.com")).toBeNull();
  expect(parseWidget(JSON.stringify({ ...widget, place: { x: 0.5, y: 0, w: 1, h: 1 } }))).toBeNull();
});

test("a file is named after the dashboard", () => {
  expect(fileName("Costs / Q3 (übersicht)!")).toBe("costs-q3-übersicht");
  expect(fileName("…")).toBe("dashboard");
});
