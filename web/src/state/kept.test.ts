import { expect, test } from "vitest";
import { keepValues, keptValues } from "./kept";

function storage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  } as Storage;
}

const same = (a: string, b: string) => a === b;

test("what was typed comes back", () => {
  const box = storage();
  keepValues(box, "k", "", "typed");
  expect(keptValues(box, "k", "", same)).toBe("typed");
});

test("nothing comes back when nothing was typed, or for another beginning", () => {
  const box = storage();
  expect(keptValues(box, "k", "", same)).toBeNull();
  keepValues(box, "k", "first", "first");
  expect(keptValues(box, "k", "first", same)).toBeNull();
  keepValues(box, "k", "first", "typed");
  expect(keptValues(box, "k", "changed by somebody", same)).toBeNull();
});

test("what cannot be read is nothing", () => {
  const box = storage();
  box.setItem("k", "{");
  expect(keptValues(box, "k", "", same)).toBeNull();
});
