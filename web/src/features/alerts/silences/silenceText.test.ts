import { expect, test } from "vitest";
import type { Silence } from "../../../api/alerts";
import { scopeText, whenText } from "./silenceText";

const SILENCE: Silence = {
  id: "s",
  kind: "silence",
  reason: "",
  source: null,
  source_id: null,
  match: {},
  start: "2026-01-05T12:00:00Z",
  end: "2026-01-05T14:00:00Z",
  weekly: null,
  state: "active",
  active_until: "2026-01-05T14:00:00Z",
  next_start: null,
  created_at: "2026-01-05T12:00:00Z",
  created_by: "ada@example.com",
  ended_at: null,
};
const names = (id: string) => (id === "r1" ? "Errors" : undefined);
const label = (key: string) => (key === "model" ? "Model" : key);

test.each<[Partial<Silence>, string]>([
  [{}, "Everything"],
  [{ source: "rule", source_id: "r1" }, "Errors"],
  [{ source: "rule", source_id: "gone" }, "one rule"],
  [{ source: "sla" }, "All SLAs"],
  [{ match: { model: ["a", null] } }, "Everything, model a or not given"],
])("%j keeps quiet: %s", (part, words) => {
  expect(scopeText({ ...SILENCE, ...part }, names, label)).toBe(words);
});

test.each<[Partial<Silence>, string]>([
  [{}, "until 5 Jan, 14:00"],
  [{ state: "planned" }, "5 Jan, 12:00 to 5 Jan, 14:00"],
  [{ ended_at: "2026-01-05T12:30:00Z", state: "over" }, "5 Jan, 12:00 to 5 Jan, 12:30, ended early"],
  [
    { end: null, weekly: { weekdays: [6, 7], start: "22:00:00", end: "02:00:00" } },
    "every Saturday, Sunday, 22:00 to 02:00",
  ],
  [
    { weekly: { weekdays: [1, 2, 3, 4, 5, 6, 7], start: "22:00", end: "02:00" } },
    "every day, 22:00 to 02:00, until 5 Jan, 14:00",
  ],
])("%j is %s", (part, words) => {
  expect(whenText({ ...SILENCE, ...part }, "UTC")).toBe(words);
});
