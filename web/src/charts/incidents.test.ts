import { expect, test } from "vitest";
import type { Incident } from "../api/incidents";
import { incidentHappenings } from "./incidents";

function incident(id: string, scope: Incident["scope"]): Incident {
  return { id, scope, title: `t ${id}`, severity: "critical", began_at: "1970-01-01T00:01:00Z" } as unknown as Incident;
}

const ALL = [
  incident("a", { prompt_id: ["greeting"] }),
  incident("b", { prompt_id: ["farewell"], environment: ["staging"] }),
  incident("c", {}),
];

test("charts of a prompt show its incidents and those that concern all", () => {
  expect(incidentHappenings(ALL, ["greeting"], null).map(({ id }) => id)).toEqual(["a", "c"]);
  expect(incidentHappenings(ALL, [], null).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(incidentHappenings(ALL, [], "production").map(({ id }) => id)).toEqual(["a", "c"]);
});

test("an incident stands where it began", () => {
  expect(incidentHappenings(ALL, ["greeting"], null)[0]).toEqual({
    id: "a",
    at: 60_000,
    kind: "incident",
    label: "⚠ incident",
    text: "critical incident: t a",
  });
});
