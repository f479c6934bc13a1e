import { expect, test } from "vitest";
import { priceError } from "./price";

test.each(["0", "0.25", "15", " 3.50 "])("%j is a price", (text) => {
  expect(priceError(text, true)).toBeNull();
});

test.each(["-1", "1,5", "$3", "1e3", ".", "two"])("%j is not a price", (text) => {
  expect(priceError(text, false)).toBe("Enter a number such as 0.25");
});

test("only needed prices may not be empty", () => {
  expect(priceError("", true)).not.toBeNull();
  expect(priceError("", false)).toBeNull();
});
