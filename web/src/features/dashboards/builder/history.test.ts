import { expect, test } from "vitest";
import { begin, redo, step, undo } from "./history";

test("steps are taken back and again, in order", () => {
  const third = step(step(begin("a"), "b"), "c");
  expect(third.present).toBe("c");
  expect(undo(third).present).toBe("b");
  expect(undo(undo(third)).present).toBe("a");
  expect(undo(undo(undo(third))).present).toBe("a");
  expect(redo(undo(third))).toEqual(third);
  expect(redo(third)).toBe(third);
});

test("a new step forgets what was taken back", () => {
  const other = step(undo(step(begin("a"), "b")), "c");
  expect(redo(other).present).toBe("c");
  expect(undo(other).present).toBe("a");
});

test("typing one text is one step, another text another", () => {
  let typed = begin({ name: "", title: "" });
  for (const name of ["S", "Su", "Sup"]) typed = step(typed, { ...typed.present, name }, "name");
  typed = step(typed, { ...typed.present, title: "T" }, "title");
  expect(undo(typed).present).toEqual({ name: "Sup", title: "" });
  expect(undo(undo(typed)).present).toEqual({ name: "", title: "" });
});

test("typing after taking back is a step of its own", () => {
  const typed = step(step(begin("a"), "ab", "name"), "abc", "name");
  expect(undo(step(undo(typed), "ax", "name")).present).toBe("a");
});

test("what changes nothing is no step, and the oldest steps are forgotten", () => {
  const first = begin("a");
  expect(step(first, "a")).toBe(first);
  let many = begin(0);
  for (let i = 1; i <= 150; i += 1) many = step(many, i);
  for (let i = 0; i < 150; i += 1) many = undo(many);
  expect(many.present).toBe(50);
});
