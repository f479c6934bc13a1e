import { expect, test } from "vitest";
import { alertParams } from "../../../charts/chartAlert";
import { beginOf } from "./begin";
import { emptyValues } from "./values";

test("a rule begins with what a chart shows", () => {
  const chart = { by: ["model"], where: [{ dimension: "prompt_id", op: "in" as const, values: ["greeting", null] }] };
  const params = new URLSearchParams(alertParams("error_rate", chart) as Record<string, string>);
  expect(beginOf(params)).toEqual(emptyValues({ metric: "error_rate", ...chart }));
});

test.each(["", "where=[&by={", 'where=[1,{"dimension":"x"}]&by=[1]'])("%s begins an empty rule", (search) => {
  expect(beginOf(new URLSearchParams(search))).toEqual(emptyValues());
});
