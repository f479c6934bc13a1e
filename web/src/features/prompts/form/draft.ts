import type { PromptContent, PromptType, PromptVersion } from "../../../api/types";

/** A version while somebody writes it; form fields carry the names of the API's. */
export interface Draft {
  text: string;
  messages: DraftMessage[];
  /** The messages as JSON, where they have more to them than a role and a text. */
  json: string | null;
  config: string;
  message: string;
  deploys: boolean;
  environment: string;
}

export interface DraftMessage {
  /** Keeps its place while others come and go. */
  key: string;
  role: string;
  content: string;
}

export const ROLES = ["system", "user", "assistant", "developer", "tool"] as const;
export const PRODUCTION = "production";

export function emptyDraft(): Draft {
  return {
    text: "",
    messages: [
      { key: "0", role: "system", content: "" },
      { key: "1", role: "user", content: "" },
    ],
    json: null,
    config: "{}",
    message: "",
    deploys: true,
    environment: PRODUCTION,
  };
}

/** The next version, begun as a copy. */
export function draftFrom({ content, config }: Pick<PromptVersion, "content" | "config">): Draft {
  const draft = { ...emptyDraft(), config: JSON.stringify(config, null, 2), deploys: false };
  if (typeof content === "string") return { ...draft, text: content };
  const plain = content.every(
    (message) =>
      typeof message.role === "string" &&
      typeof message.content === "string" &&
      Object.keys(message).every((key) => key === "role" || key === "content"),
  );
  if (!plain) return { ...draft, json: JSON.stringify(content, null, 2) };
  const messages = content.map(({ role, content: text }, index) => ({
    key: String(index),
    role: role ?? "",
    content: String(text),
  }));
  return { ...draft, messages };
}

/** What is sent. The draft has no errors. */
export function contentOf(draft: Draft, type: PromptType): PromptContent {
  if (type === "text") return draft.text;
  if (draft.json !== null) return JSON.parse(draft.json) as PromptContent;
  return draft.messages.map(({ role, content }) => ({ role, content }));
}

/** What is wrong with the content, null when nothing is. */
export function contentError(draft: Draft, type: PromptType): string | null {
  if (type === "text") return draft.text === "" ? "Write the prompt" : null;
  if (draft.json !== null) {
    const parsed = parsedJson(draft.json);
    if (typeof parsed === "string") return parsed;
    return Array.isArray(parsed.value) && parsed.value.length > 0
      ? null
      : 'Write a list of messages, such as [{"role": "user", "content": "..."}]';
  }
  if (draft.messages.length === 0) return "Add a message";
  if (draft.messages.some(({ role }) => role.trim() === "")) return "Say who speaks in each message";
  return draft.messages.every(({ content }) => content === "") ? "Write at least one message" : null;
}

/** What is wrong with a configuration, null when nothing is. */
export function configError(text: string): string | null {
  const parsed = parsedJson(text);
  if (typeof parsed === "string") return parsed;
  const { value } = parsed;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? null
    : 'Write a JSON object, such as {"model": "gpt-4o-mini"}';
}

export function configOf(text: string): PromptVersion["config"] {
  return text.trim() === "" ? {} : (JSON.parse(text) as PromptVersion["config"]);
}

/** A parsed value, or what the browser finds wrong with the text. */
function parsedJson(text: string): { value: unknown } | string {
  if (text.trim() === "") return { value: {} };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (reason) {
    return `Not JSON yet: ${reason instanceof Error ? reason.message : "it cannot be read"}`;
  }
}
