import { expect, test } from "vitest";
import type { Deployment } from "../../api/types";
import { rollBackTargets } from "./history";

type Step = readonly [kind: Deployment["kind"], version: number, previous: number | null, environment?: string];

const history = (...steps: Step[]): Deployment[] =>
  steps
    .map(([kind, version, previous, environment = "production"], index) => ({
      id: String(index),
      prompt_id: "p",
      prompt: "greeting",
      environment,
      version,
      previous_version: previous,
      kind,
      message: "",
      at: "2026-03-01T00:00:00Z",
      by: "ada",
    }))
    .reverse();

test.each<[string, Step[], number | undefined]>([
  ["the first version has nothing before it", [["deploy", 1, null]], undefined],
  ["the version before", [["deploy", 1, null], ["deploy", 2, 1]], 1], // prettier-ignore
  ["twice goes back two steps", [["deploy", 1, null], ["deploy", 2, 1], ["deploy", 3, 2], ["rollback", 2, 3]], 1], // prettier-ignore
  ["back to the first, no further", [["deploy", 1, null], ["deploy", 2, 1], ["rollback", 1, 2]], undefined], // prettier-ignore
  ["deployed again after a roll back", [["deploy", 1, null], ["deploy", 2, 1], ["rollback", 1, 2], ["deploy", 2, 1]], 1], // prettier-ignore
  ["what was before the oldest that is known", [["deploy", 8, 7]], 7],
])("%s", (_, steps, target) => {
  expect(rollBackTargets(history(...steps)).get("production")).toBe(target);
});

test("each environment has its own history", () => {
  const targets = rollBackTargets(
    history(["deploy", 1, null], ["deploy", 2, null, "staging"], ["deploy", 3, 2, "staging"], ["deploy", 2, 1]),
  );
  expect([...targets]).toEqual([
    ["production", 1],
    ["staging", 2],
  ]);
});
