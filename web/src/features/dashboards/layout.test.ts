import { expect, test } from "vitest";
import { compacted, freePlace, inOrder, moved, placeWords, reordered, resized, type Arrow } from "./layout";

const at = (id: string, x: number, y: number, w: number, h: number) => ({ id, place: { x, y, w, h } });
const spots = (widgets: readonly { id: string; place: { x: number; y: number; w: number; h: number } }[]) =>
  Object.fromEntries(widgets.map(({ id, place: { x, y, w, h } }) => [id, [x, y, w, h].join(" ")]));

const SIDE_BY_SIDE = [at("a", 0, 0, 6, 5), at("b", 6, 0, 6, 5), at("c", 0, 5, 12, 4)];

test.each<[string, Arrow, Record<string, string>]>([
  ["a", "up", { a: "0 0 6 5", b: "6 0 6 5", c: "0 5 12 4" }],
  ["a", "left", { a: "0 0 6 5", b: "6 0 6 5", c: "0 5 12 4" }],
  ["c", "right", { a: "0 0 6 5", b: "6 0 6 5", c: "0 5 12 4" }],
  ["c", "up", { a: "0 4 6 5", b: "6 4 6 5", c: "0 0 12 4" }],
  ["c", "down", { a: "0 0 6 5", b: "6 0 6 5", c: "0 5 12 4" }],
])("%s moves %s, and nothing overlaps", (id, arrow, expected) => {
  expect(spots(moved(SIDE_BY_SIDE, id, arrow))).toEqual(expected);
});

test("down goes past the neighbour below, which takes its place", () => {
  const column = [at("a", 0, 0, 6, 5), at("b", 0, 5, 6, 3)];
  expect(spots(moved(column, "a", "down"))).toEqual({ b: "0 0 6 3", a: "0 3 6 5" });
});

test("aside is one column, and what stands there makes room", () => {
  expect(spots(moved(SIDE_BY_SIDE, "a", "right"))["a"]).toBe("1 0 6 5");
  expect(spots(moved(SIDE_BY_SIDE, "a", "right"))["b"]).toBe("6 5 6 5");
});

test("a move that is not possible changes nothing at all", () => {
  expect(moved(SIDE_BY_SIDE, "a", "left")).toBe(SIDE_BY_SIDE);
  expect(moved(SIDE_BY_SIDE, "gone", "left")).toBe(SIDE_BY_SIDE);
});

test("a size stays between one cell and the edge of the grid, and pushes what is below", () => {
  expect(spots(resized(SIDE_BY_SIDE, "a", "down"))).toEqual({ a: "0 0 6 6", b: "6 0 6 5", c: "0 6 12 4" });
  expect(spots(resized(SIDE_BY_SIDE, "b", "right"))["b"]).toBe("6 0 6 5");
  expect(spots(resized([at("a", 3, 0, 1, 1)], "a", "left"))["a"]).toBe("3 0 1 1");
});

test("in one column a widget moves earlier or later", () => {
  expect(inOrder(reordered(SIDE_BY_SIDE, "b", -1)).map(({ id }) => id)).toEqual(["b", "a", "c"]);
  expect(inOrder(reordered(SIDE_BY_SIDE, "c", -1)).map(({ id }) => id)).toEqual(["a", "c", "b"]);
  expect(reordered(SIDE_BY_SIDE, "a", -1)).toBe(SIDE_BY_SIDE);
  expect(reordered(SIDE_BY_SIDE, "c", 1)).toBe(SIDE_BY_SIDE);
});

test("overlaps and gaps of a file go away", () => {
  expect(spots(compacted([at("a", 0, 7, 6, 5), at("b", 3, 8, 6, 5), at("c", 10, 0, 6, 2)]))).toEqual({
    a: "0 0 6 5",
    b: "3 5 6 5",
    c: "6 0 6 2",
  });
});

test("a new widget goes beside the last one where it fits, else below", () => {
  expect(freePlace([], { w: 6, h: 5 })).toEqual({ x: 0, y: 0, w: 6, h: 5 });
  expect(freePlace([at("a", 0, 0, 6, 5)], { w: 6, h: 5 })).toEqual({ x: 6, y: 0, w: 6, h: 5 });
  expect(freePlace(SIDE_BY_SIDE, { w: 6, h: 5 })).toEqual({ x: 0, y: 9, w: 6, h: 5 });
  expect(freePlace([at("a", 0, 0, 6, 2)], { w: 6, h: 5 })).toEqual({ x: 6, y: 0, w: 6, h: 5 });
});

test("places are counted from one", () => {
  expect(placeWords({ x: 0, y: 6, w: 6, h: 5 })).toBe("column 1, row 7, 6 wide, 5 tall");
});
