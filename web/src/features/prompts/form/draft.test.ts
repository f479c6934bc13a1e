import { expect, test } from "vitest";
import { configError, configOf, contentError, contentOf, draftFrom, emptyDraft } from "./draft";

test("a version is copied into a draft and comes out the same", () => {
  const chat = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "{{question}}" },
  ];
  expect(contentOf(draftFrom({ content: chat, config: {} }), "chat")).toEqual(chat);
  expect(contentOf(draftFrom({ content: "Hi {{name}}", config: {} }), "text")).toBe("Hi {{name}}");
});

test("messages with more than a role and a text are edited as JSON and keep everything", () => {
  const chat = [
    { role: "user", content: [{ type: "text", text: "a" }] },
    { type: "placeholder", name: "history" },
  ];
  const draft = draftFrom({ content: chat, config: {} });
  expect(draft.json).not.toBeNull();
  expect(contentOf(draft, "chat")).toEqual(chat);
});

test("a new version is not deployed unless that is asked for; the first one is", () => {
  expect(emptyDraft().deploys).toBe(true);
  expect(draftFrom({ content: "a", config: {} }).deploys).toBe(false);
});

test.each([
  ["{}", null],
  ["", null],
  ['{"model": "m"}', null],
  ["[]", 'Write a JSON object, such as {"model": "gpt-4o-mini"}'],
  ["null", 'Write a JSON object, such as {"model": "gpt-4o-mini"}'],
])("the configuration %j: %j", (text, error) => {
  expect(configError(text)).toBe(error);
});

test.each(['{"model": m}', '{"model":', "model"])("the configuration %j is not JSON yet", (text) => {
  expect(configError(text)).toMatch(/^Not JSON yet: ./);
});

test("an empty configuration is an empty object", () => {
  expect(configOf("  ")).toEqual({});
});

test("what is missing in a content is said", () => {
  const draft = emptyDraft();
  expect(contentError(draft, "text")).toBe("Write the prompt");
  expect(contentError({ ...draft, text: "a" }, "text")).toBeNull();
  expect(contentError(draft, "chat")).toBe("Write at least one message");
  expect(contentError({ ...draft, messages: [] }, "chat")).toBe("Add a message");
  expect(contentError({ ...draft, messages: [{ key: "0", role: " ", content: "a" }] }, "chat")).toBe(
    "Say who speaks in each message",
  );
  expect(contentError({ ...draft, json: "[]" }, "chat")).toContain("Write a list of messages");
  expect(contentError({ ...draft, json: "[" }, "chat")).toContain("Not JSON yet");
});
