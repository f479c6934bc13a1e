import { expect, test } from "vitest";
import { countOf, happeningsAt, marksOf, type Happening } from "./marks";

const MINUTE = 60_000;
const HOUR = Array.from({ length: 60 }, (_, minute) => minute * MINUTE);
const END = 60 * MINUTE;

const at = (minute: number, part: Partial<Happening> = {}): Happening => ({
  id: String(minute),
  at: minute * MINUTE,
  kind: "deploy",
  label: `v${minute}`,
  text: `greeting v${minute} in production`,
  ...part,
});

test("a mark stands at the bucket in which it happened", () => {
  expect(marksOf([at(10.9)], HOUR, END).map(({ index, label }) => [index, label])).toEqual([[10, "v10.9"]]);
});

test("what happened before the first bucket or from the end on is not drawn", () => {
  expect(marksOf([at(-1), at(60), at(61)], HOUR, END)).toEqual([]);
  expect(marksOf([at(0), at(59.99)], HOUR, END).map(({ index }) => index)).toEqual([0, 59]);
  expect(marksOf([at(1)], [], END)).toEqual([]);
});

test("marks too close to tell apart are one, oldest first", () => {
  const [mark, ...others] = marksOf([at(21), at(20), at(20.5)], HOUR, END);
  expect(others).toEqual([]);
  expect(mark).toMatchObject({ index: 20, label: "3 deployments" });
  expect(mark?.happenings.map(({ label }) => label)).toEqual(["v20", "v20.5", "v21"]);
});

test("never more lines than a chart bears, and none is lost", () => {
  const all = marksOf(
    HOUR.map((start) => at(start / MINUTE)),
    HOUR,
    END,
  );
  expect(all).toHaveLength(12);
  expect(all.flatMap(({ happenings }) => happenings)).toHaveLength(60);
});

test("a label that would lie on its neighbour is left away, its line is not", () => {
  expect(marksOf([at(20), at(25), at(40)], HOUR, END).map(({ label }) => label)).toEqual(["v20", "v25", "v40"]);
  expect(marksOf([at(20), at(22), at(40)], HOUR, END).map(({ label }) => label)).toEqual(["v20", null, "v40"]);
});

test("a label at an edge reaches into the chart", () => {
  expect(marksOf([at(0), at(30), at(59)], HOUR, END).map(({ anchor }) => anchor)).toEqual(["right", "middle", "left"]);
});

test("a roll back is told apart, alone and among others", () => {
  const back = at(30, { kind: "rollback" });
  expect(marksOf([at(10), back], HOUR, END).map(({ alarming }) => alarming)).toEqual([false, true]);
  expect(marksOf([at(30.5), back], HOUR, END).map(({ alarming, label }) => [alarming, label])).toEqual([
    [true, "2 deployments"],
  ]);
});

test("the cursor finds a mark in its buckets; where buckets are narrow, beside them too", () => {
  const marks = marksOf([at(20), at(21)], HOUR, END);
  const found = [18, 19, 20, 21, 22].map((index) => happeningsAt(marks, index, 60).length);
  expect(found).toEqual([0, 0, 2, 2, 0]);
  expect([18, 19, 20, 21, 22, 23].map((index) => happeningsAt(marks, index, 160).length)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(happeningsAt(marks, 17, 160)).toEqual([]);
});

test("things are counted by their word", () => {
  expect(countOf([at(1)])).toBe("1 deployment");
  expect(countOf([at(1), at(2, { kind: "rollback" })])).toBe("2 deployments");
});
