import { expect, test } from "vitest";
import { mostly } from "./telling";

const share = (text: string, percent: number) => ({ text, count: percent, percent });

test("more than half is mostly", () => {
  expect(mostly([share("kind", 60), share("cold", 40)])).toBe("mostly kind");
});

test("half is not mostly: the two commonest are told", () => {
  expect(mostly([share("cold", 50), share("kind", 50)])).toBe("cold 50\u00a0%, kind 50\u00a0%");
  expect(mostly([share("a", 40), share("b", 35), share("c", 25)])).toBe("a 40\u00a0%, b 35\u00a0%");
});

test("nothing is told of no texts", () => {
  expect(mostly([])).toBe("\u2013");
});
