import type { PromptContent } from "../../../api/types";

export interface Segment {
  text: string;
  /** Name of the variable that the text is; null for other text. */
  variable: string | null;
}

/** As the server and the clients read it: names in double braces, blanks around them do not count. */
const VARIABLE = /\{\{([^{}]{1,200})\}\}/g;

/** A template cut into its variables and the text between them. */
export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const variable = (match[1] ?? "").trim();
    if (variable === "") continue;
    if (match.index > from) segments.push({ text: text.slice(from, match.index), variable: null });
    segments.push({ text: match[0], variable });
    from = match.index + match[0].length;
  }
  if (from < text.length) segments.push({ text: text.slice(from), variable: null });
  return segments;
}

/** Names of the variables of texts, each once, in order of appearance. */
export function variablesOf(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap(segmentsOf).flatMap(({ variable }) => variable ?? []))];
}

/** The beginning of a variable that never ends; null when there is none. */
export function unclosed(text: string): string | null {
  const rest = segmentsOf(text)
    .filter(({ variable }) => variable === null)
    .map(({ text: plain }) => plain);
  const open = rest.map((plain) => /\{\{[^{}\n]{0,20}/.exec(plain)?.[0]).find((found) => found !== undefined);
  return open ?? null;
}

/** Every text of a content, such as of the parts of a message. */
export function textsOf(content: PromptContent): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap((message) => stringsIn(message));
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(stringsIn);
  return [];
}
