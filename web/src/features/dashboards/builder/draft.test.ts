import { expect, test } from "vitest";
import type { DashboardBody } from "../../../api/dashboards";
import { newWidget } from "../newWidget";
import { draftPlace, keepDraft, keptDraft } from "./draft";

const BODY: DashboardBody = { name: "Support", description: "", range: "7d", widgets: [newWidget("line", "w", [])] };
const CHANGED: DashboardBody = { ...BODY, name: "Support desk" };
const PLACE = draftPlace("p", "d");

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    length: 0,
    clear: () => kept.clear(),
    key: () => null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => void kept.set(key, text),
    removeItem: (key) => void kept.delete(key),
  };
}

test("a draft is what it was, also when somebody saved another revision meanwhile", () => {
  const storage = memory();
  keepDraft(storage, PLACE, { body: CHANGED, revision: 3 });
  expect(keptDraft(storage, PLACE, BODY)).toEqual({ body: CHANGED, revision: 3 });
  expect(keptDraft(storage, draftPlace("p", "other"), BODY)).toBeNull();
});

test("a draft that says what is saved is none", () => {
  const storage = memory();
  keepDraft(storage, PLACE, { body: BODY, revision: 3 });
  expect(keptDraft(storage, PLACE, structuredClone(BODY))).toBeNull();
});

test.each([
  "",
  "{",
  "null",
  '{"body": 1, "revision": 1}',
  JSON.stringify({ body: { ...CHANGED, widgets: 1 }, revision: 1 }),
])("what cannot be read is no draft: %s", (text) => {
  const storage = memory();
  storage.setItem(PLACE, text);
  expect(keptDraft(storage, PLACE, BODY)).toBeNull();
});

test("a store that is full loses no page", () => {
  const full = memory();
  full.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  keepDraft(full, PLACE, { body: CHANGED, revision: 3 });
  expect(keptDraft(full, PLACE, BODY)).toBeNull();
});
