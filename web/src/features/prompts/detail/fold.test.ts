import { expect, test } from "vitest";
import { diffSummary, foldedDiff, type DiffLine } from "./fold";

const lines = (pattern: string): DiffLine[] =>
  Array.from(pattern, (sign, index) => ({
    kind: sign === "+" ? "added" : sign === "-" ? "removed" : "same",
    text: String(index),
    old_line: sign === "+" ? null : index,
    new_line: sign === "-" ? null : index,
  }));

const shape = (pattern: string) => foldedDiff(lines(pattern)).map(({ kind, lines }) => `${kind} ${lines.length}`);

test.each([
  ["", []],
  ["+", ["lines 1"]],
  ["...-+...", ["lines 8"]],
  ["..........+", ["fold 7", "lines 4"]],
  ["+..............-", ["lines 4", "fold 8", "lines 4"]],
  ["......+", ["lines 7"]], // three lines are not worth a fold
  ["..........", ["fold 10"]],
])("%j is folded to %j", (pattern, parts) => {
  expect(shape(pattern)).toEqual(parts);
});

test("a change in words", () => {
  const config = [{ key: "model", old: "a", new: "b", kind: "changed" as const }];
  expect(diffSummary({ lines: lines("..+.-+"), config })).toBe("2 lines added, 1 line removed, 1 setting changed");
  expect(diffSummary({ lines: lines(".."), config: [] })).toBeNull();
});
