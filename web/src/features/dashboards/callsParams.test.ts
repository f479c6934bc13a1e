import { expect, test } from "vitest";
import type { Filter } from "../../api/types";
import { callsParams } from "./callsParams";

const is = (dimension: string, ...values: Filter["values"]): Filter => ({ dimension, op: "in", values });

test("one value of a field that has a name in the address is said by it", () => {
  expect(callsParams([is("model", "m1"), is("status", "error")])).toEqual({ model: "m1", status: "error" });
});

test.each<[string, Filter]>([
  ["several values", is("model", "m1", "m2")],
  ["what is not known", is("model", null)],
  ["a property", is("properties.plan", "pro")],
  ["a part of a text", { dimension: "model", op: "contains", values: ["m"] }],
])("%s goes into the list of filters", (_, filter) => {
  expect(callsParams([filter])).toEqual({ where: JSON.stringify([filter]) });
});

test("a second filter on the same field does not replace the first", () => {
  expect(callsParams([is("model", "m1"), is("model", "m2")])).toEqual({
    model: "m1",
    where: JSON.stringify([is("model", "m2")]),
  });
});
