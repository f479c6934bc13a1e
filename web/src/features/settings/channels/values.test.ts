import { expect, test } from "vitest";
import { changeOf, newChannel, problemsOf, valuesOf } from "./values";

const TYPED = { ...valuesOf(null), name: " On call ", url: " https://hooks.example.com/x ", routing_key: "k" };

test("a kind sends its own fields only", () => {
  expect(newChannel({ ...TYPED, kind: "slack" })).toEqual({
    name: "On call",
    kind: "slack",
    enabled: true,
    severities: ["warning", "critical"],
    url: "https://hooks.example.com/x",
  });
  expect(newChannel({ ...TYPED, kind: "pagerduty" })).toMatchObject({ routing_key: "k", region: "us" });
  expect(newChannel({ ...TYPED, kind: "pagerduty" })).not.toHaveProperty("url");
});

test("a secret that is not typed anew stays", () => {
  expect(changeOf({ ...TYPED, kind: "webhook", url: "", routing_key: "" })).toEqual({
    name: "On call",
    severities: ["warning", "critical"],
    new_signing_secret: false,
  });
});

test("what a new channel needs, a stored one has", () => {
  const empty = { ...valuesOf(null), name: "x", kind: "slack" as const };
  expect(problemsOf(empty, false).url).toBe("Enter the URL");
  expect(problemsOf(empty, true).url).toBeNull();
});
