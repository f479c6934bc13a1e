import { expect, test } from "vitest";
import { matching, type RuleKind } from "./filter";

const rule = (name: string, part: object = {}) => ({
  name,
  metric: "error_rate",
  metric_label: "Error rate",
  phase: "ok" as const,
  enabled: true,
  health: { status: "ok" as const },
  ...part,
});
const RULES = [
  rule("a"),
  rule("b", { phase: "firing" }),
  rule("c", { enabled: false, phase: "firing" }),
  rule("d", { health: { status: "failing" }, metric: "p95_latency_ms", metric_label: "p95 latency" }),
];

test.each<[RuleKind, string, string]>([
  ["all", "", "bacd"],
  ["wrong", "", "b"],
  ["failing", "", "d"],
  ["off", "", "c"],
  ["all", "latency P95", "d"],
  ["all", "error b", "b"],
  ["all", "nothing", ""],
])("rules that are %s and say %j: %s", (kind, search, names) => {
  expect(
    matching(RULES, kind, search)
      .map(({ name }) => name)
      .join(""),
  ).toBe(names);
});
