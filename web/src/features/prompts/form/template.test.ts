import { expect, test } from "vitest";
import { segmentsOf, textsOf, unclosed, variablesOf } from "./template";

test("a template is cut into its variables and the text between, and nothing is lost", () => {
  const text = "Hello {{ name }}, {{order.id}}: { not } {{}} {{ }}";
  const segments = segmentsOf(text);
  expect(segments.map(({ text: part }) => part).join("")).toBe(text);
  expect(segments.flatMap(({ variable }) => variable ?? [])).toEqual(["name", "order.id"]);
  expect(segmentsOf("")).toEqual([]);
});

test("each variable is named once, in order", () => {
  expect(variablesOf(["{{b}} {{a}}", "{{a}} {{ b }} {{c}}"])).toEqual(["b", "a", "c"]);
});

test.each([
  ["Hello {{name}}", null],
  ["Hello {{name", "{{name"],
  ["Hello {{name} and {{you}}", "{{name"],
  ["a } b { c", null],
])("%j leaves %j open", (text, open) => {
  expect(unclosed(text)).toBe(open);
});

test("texts of messages are found, in parts too", () => {
  expect(
    textsOf([
      { role: "system", content: "a" },
      { role: "user", content: [{ type: "text", text: "b" }] },
    ]),
  ).toEqual(["system", "a", "user", "text", "b"]);
});
