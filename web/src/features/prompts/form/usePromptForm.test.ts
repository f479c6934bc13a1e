import { expect, test } from "vitest";
import { formField } from "./usePromptForm";

test.each([
  ["name", "name"],
  ["tags.3", "tags"],
  ["config.model", "config"],
  ["deploy_to", "environment"],
  ["expected_version", null],
  [null, null],
])("what the API says of %j is shown at %j", (field, shown) => {
  expect(formField(field, { type: "text", json: null })).toBe(shown);
});

test("what it says of the content is shown at the field in which that is written", () => {
  expect(formField("content", { type: "text", json: null })).toBe("text");
  expect(formField("content.1.role", { type: "chat", json: null })).toBe("messages");
  expect(formField("content.1.role", { type: "chat", json: "[]" })).toBe("json");
});
