import type { ScoreNames } from "../../api/experiments";
import type { ScoreMappings, ScoreSubmission } from "../../api/types";

/** A text of a score, and the number that a person gives it. */
export interface TextRow {
  key: string;
  text: string;
  /** As it is typed; "" for a text without a number. */
  number: string;
  /** How often it was seen lately. */
  seen: number;
  /** A person adds it: the text can be changed. */
  typed: boolean;
}

export interface SeenText {
  text: string;
  count: number;
}

export type Numbers = ScoreMappings[string];

/** More texts without a number are free text: a person adds what matters. */
export const MOST_SEEN = 20;

/** Scores that have texts, or numbers for them, in order. */
export function scoresWithTexts(names: ScoreNames, mappings: ScoreMappings): string[] {
  const sent = names.score_names.filter((name) => names.types[name]?.includes("string"));
  return [...new Set([...sent, ...Object.keys(mappings)])].sort();
}

export function numbersOf(mappings: ScoreMappings, score: string): Numbers {
  return (Object.hasOwn(mappings, score) ? mappings[score] : undefined) ?? {};
}

/** The texts of one score, the most frequent first. */
export function seenTexts(submissions: readonly ScoreSubmission[], score: string): SeenText[] {
  const counts = new Map<string, number>();
  for (const { name, type, value } of submissions.flatMap(({ scores }) => scores)) {
    if (name === score && type === "string" && typeof value === "string")
      counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({ text, count })).sort((a, b) => b.count - a.count);
}

/** Texts with numbers, then the most frequent of those without. */
export function rowsOf(numbers: Numbers, seen: readonly SeenText[]): TextRow[] {
  const counts = new Map(seen.map(({ text, count }) => [text, count]));
  const row = (text: string, number: string): TextRow => ({
    key: `text ${text}`,
    text,
    number,
    seen: counts.get(text) ?? 0,
    typed: false,
  });
  const without = seen.filter(({ text }) => !Object.hasOwn(numbers, text)).slice(0, MOST_SEEN);
  return [
    ...Object.entries(numbers).map(([text, number]) => row(text, String(number))),
    ...without.map(({ text }) => row(text, "")),
  ];
}

export function newRow(key: string): TextRow {
  return { key, text: "", number: "", seen: 0, typed: true };
}

/** What is to be kept: texts without a number are left out. */
export function numbersIn(rows: readonly TextRow[]): Numbers {
  const given = rows.filter(({ number }) => number.trim() !== "");
  return Object.fromEntries(given.map((row) => [textOf(row), Number(row.number)]));
}

/** What keeps the form from being saved, by the path of its field. */
export function rowProblems(rows: readonly TextRow[]): Record<string, string> {
  const found = rows.flatMap((row, place): [string, string | null][] => [
    [`rows.${place}.text`, textProblem(row, rows.slice(0, place))],
    [`rows.${place}.number`, numberProblem(row.number)],
  ]);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The path of the input that shows a field of the API, null when none does. The API names 50 characters of a text. */
export function rowPath(apiField: string | null, score: string, rows: readonly TextRow[]): string | null {
  const place = rows.findIndex((row) => {
    const text = textOf(row);
    return apiField === `mappings.${score}.${text}` || apiField === `mappings.${start(score)}.${start(text)}`;
  });
  return place === -1 ? null : `rows.${place}.${rows[place]?.typed ? "text" : "number"}`;
}

/** The API's message without the name of its field, which the place of the message tells. */
export function withoutField(message: string, apiField: string): string {
  return message.startsWith(`${apiField}: `) ? message.slice(apiField.length + 2) : message;
}

export function numbersText(numbers: Numbers): string {
  return Object.entries(numbers)
    .map(([text, number]) => `${shownText(text)} = ${number}`)
    .join(", ");
}

export function shownText(text: string): string {
  return text.trim() === "" ? "(blank)" : text;
}

function textOf({ text, typed }: TextRow): string {
  return typed ? text.trim() : text;
}

function textProblem(row: TextRow, before: readonly TextRow[]): string | null {
  const text = textOf(row);
  if (!row.typed) return null;
  if (text === "") return row.number.trim() === "" ? null : "Enter the text";
  return before.some((other) => textOf(other) === text) ? "This text is there already" : null;
}

function numberProblem(number: string): string | null {
  const text = number.trim();
  if (text === "") return null;
  return /^[-+.\de]+$/i.test(text) && Number.isFinite(Number(text)) ? null : "Enter a number such as 0.5";
}

function start(text: string): string {
  return Array.from(text).slice(0, 50).join("");
}
