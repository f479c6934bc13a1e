import { expect, test } from "vitest";
import { placeText, subjectsOf, switched } from "./subjects";

test("prompts of the top bar are compared", () => {
  expect(subjectsOf({ prompts: ["a", "b"] }, ["1"])).toEqual([
    { prompt: "a", version: null },
    { prompt: "b", version: null },
  ]);
});

test("versions of the only prompt are compared, three at most", () => {
  expect(subjectsOf({ prompts: ["a"] }, ["3", "2", "3", "1", "0"])).toEqual([
    { prompt: "a", version: "3" },
    { prompt: "a", version: "2" },
    { prompt: "a", version: "1" },
  ]);
});

test("calls without a prompt cannot be compared", () => {
  expect(subjectsOf({ prompts: [null] }, [])).toEqual([]);
  expect(subjectsOf({ prompts: [] }, ["1"])).toEqual([]);
});

test("a version is switched on and off, and a fourth is not taken", () => {
  expect(switched(["2", "1"], "1")).toEqual(["2"]);
  expect(switched(["2"], "1")).toEqual(["2", "1"]);
  expect(switched(["3", "2", "1"], "0")).toEqual(["3", "2", "1"]);
});

test("places are told in words", () => {
  expect([1, 2, 3, null].map(placeText)).toEqual(["1st", "2nd", "3rd", "–"]);
});
