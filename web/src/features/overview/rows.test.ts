import { expect, test } from "vitest";
import { sortRows, type Row } from "./rows";

const rows: Row[] = [
  { prompt: "b", values: { cost: 2 } },
  { prompt: "a", values: { cost: null } },
  { prompt: null, values: { cost: 9 } },
];
const order = (by: string, descending: boolean) => sortRows(rows, { by, descending }).map(({ prompt }) => prompt);

test("rows sort by number, and rows without data come last both ways", () => {
  expect(order("cost", true)).toEqual([null, "b", "a"]);
  expect(order("cost", false)).toEqual(["b", null, "a"]);
});

test("rows sort by the prompt's name as it is shown", () => {
  expect(order("prompt", false)).toEqual(["a", "b", null]);
});
