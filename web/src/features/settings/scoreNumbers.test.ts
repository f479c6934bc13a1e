import { expect, test } from "vitest";
import type { ScoreSubmission } from "../../api/types";
import {
  MOST_SEEN,
  newRow,
  numbersIn,
  numbersOf,
  numbersText,
  rowPath,
  rowProblems,
  rowsOf,
  scoresWithTexts,
  seenTexts,
  withoutField,
  type TextRow,
} from "./scoreNumbers";

const typed = (text: string, number: string): TextRow => ({ ...newRow(text), text, number });
const submission = (...scores: ScoreSubmission["scores"]) => ({ scores }) as ScoreSubmission;

test("scores with texts are those that were sent as text or have numbers", () => {
  const names = {
    score_names: ["rating", "tone", "mood"],
    types: { rating: ["int" as const], tone: ["string" as const], mood: ["bool" as const, "string" as const] },
  };
  expect(scoresWithTexts(names, { old: { a: 1 }, tone: { kind: 1 } })).toEqual(["mood", "old", "tone"]);
});

test("a score that is named like a part of every object has no numbers", () => {
  expect(numbersOf({}, "constructor")).toEqual({});
  expect(numbersOf({ tone: { kind: 1 } }, "tone")).toEqual({ kind: 1 });
});

test("texts are counted for one score, the most frequent first", () => {
  const found = seenTexts(
    [
      submission({ name: "tone", type: "string", value: "rude" }, { name: "rating", type: "int", value: 5 }),
      submission({ name: "tone", type: "string", value: "kind" }, { name: "mood", type: "string", value: "kind" }),
      submission({ name: "tone", type: "string", value: "kind" }),
    ],
    "tone",
  );
  expect(found).toEqual([
    { text: "kind", count: 2 },
    { text: "rude", count: 1 },
  ]);
});

test("texts with numbers come first, then the most frequent without", () => {
  const seen = [
    { text: "rude", count: 7 },
    { text: "kind", count: 3 },
  ];
  expect(rowsOf({ kind: 1, warm: 0.5 }, seen).map(({ text, number, seen: n }) => [text, number, n])).toEqual([
    ["kind", "1", 3],
    ["warm", "0.5", 0],
    ["rude", "", 7],
  ]);
  const many = Array.from({ length: 50 }, (_, i) => ({ text: `text ${i}`, count: 1 }));
  expect(rowsOf({ kind: 1 }, many)).toHaveLength(1 + MOST_SEEN);
});

test("texts without a number stay out, and added ones lose blanks around them", () => {
  const seen = rowsOf({ kind: 1 }, [{ text: " rude ", count: 1 }]).map((row) => ({ ...row, number: "-0.5" }));
  expect(numbersIn([...seen, typed(" warm ", "2e-1"), typed("cold", " ")])).toEqual({
    kind: -0.5,
    " rude ": -0.5,
    warm: 0.2,
  });
});

test.each(["1", "-1", " 0.5 ", "1e-7", ".5"])("%j is a number", (number) => {
  expect(rowProblems([typed("kind", number)])).toEqual({});
});

test.each(["0,5", "one", "0x1", "Infinity", "1e999", "--1"])("%j is no number", (number) => {
  expect(rowProblems([typed("kind", number)])).toEqual({ "rows.0.number": "Enter a number such as 0.5" });
});

test("an added row needs a text that is not there already, unless it is left empty", () => {
  const rows = [...rowsOf({ kind: 1 }, []), typed(" kind", "2"), typed(" ", "3"), typed("", "")];
  expect(rowProblems(rows)).toEqual({ "rows.1.text": "This text is there already", "rows.2.text": "Enter the text" });
});

test("what the API refuses belongs to the row of its text", () => {
  const long = "x".repeat(201);
  const rows = [...rowsOf({ "a.b": 1 }, []), typed(long, "1")];
  expect(rowPath("mappings.tone.a.b", "tone", rows)).toBe("rows.0.number");
  expect(rowPath(`mappings.tone.${"x".repeat(50)}`, "tone", rows)).toBe("rows.1.text");
  expect(rowPath("mappings.tone", "tone", rows)).toBeNull();
  expect(rowPath(null, "tone", rows)).toBeNull();
  expect(withoutField("mappings.tone: has 101 texts", "mappings.tone")).toBe("has 101 texts");
});

test("numbers are told in a line", () => {
  expect(numbersText({ kind: 1, "": 0 })).toBe("kind = 1, (blank) = 0");
});
