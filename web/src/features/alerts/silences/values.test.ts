import { expect, test } from "vitest";
import { bodyOf, emptySilence, fieldOf, problemsOf, silenceOf, type SilenceValues } from "./values";
import type { Alert } from "../../../api/alerts";

const NOW = Date.UTC(2026, 0, 5, 12);

test("a silence begins now and lasts as long as was chosen", () => {
  expect(bodyOf(emptySilence({ minutes: 60, reason: " deploy " }), NOW, "UTC")).toEqual({
    kind: "silence",
    reason: "deploy",
    source: null,
    source_id: null,
    match: {},
    start: null,
    end: "2026-01-05T13:00:00.000Z",
    weekly: null,
  });
});

test("an alert is silenced with its series", () => {
  const alert = { source: "rule", source_id: "r1", name: "Errors", group: { model: "m", user_id: null } } as const;
  expect(bodyOf(silenceOf(alert as unknown as Alert), NOW, "UTC")).toMatchObject({
    source: "rule",
    source_id: "r1",
    match: { model: ["m"], user_id: [null] },
  });
});

test("maintenance is on the clock of the project", () => {
  const once = emptySilence({ kind: "maintenance", start: "2026-01-06T22:00", end: "2026-01-07T02:00" });
  expect(bodyOf(once, NOW, "Europe/Berlin")).toMatchObject({
    start: "2026-01-06T21:00:00.000Z",
    end: "2026-01-07T01:00:00.000Z",
    weekly: null,
  });
  expect(bodyOf({ ...once, end: "", weekly: true }, NOW, "UTC")).toMatchObject({
    end: null,
    weekly: { weekdays: [6, 7], start: "22:00", end: "02:00" },
  });
});

test.each<[Partial<SilenceValues>, object]>([
  [{}, {}],
  [{ match: [{ dimension: "model", values: [] }] }, { match: "Give each field a value" }],
  [{ kind: "maintenance" }, { end: "Say when it ends" }],
  [{ kind: "maintenance", end: "2026-01-05T11:00" }, { end: "It must end after it begins, and not in the past" }],
  [{ kind: "maintenance", end: "2026-01-05T14:00" }, {}],
  [{ kind: "maintenance", weekly: true }, {}],
  [{ kind: "maintenance", weekly: true, weekdays: [] }, { weekdays: "Choose at least one day" }],
])("%j is %j", (part, problems) => {
  expect(problemsOf(emptySilence(part), NOW, "UTC")).toEqual(problems);
});

test.each([
  ["end", "end"],
  ["weekly.end", "until"],
  ["match.model.0", "match"],
  ["kind", null],
])("the API's field %s is shown at %s", (field, shown) => {
  expect(fieldOf(field)).toBe(shown);
});
