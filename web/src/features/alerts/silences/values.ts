import type { Alert, AlertSource, NewSilence } from "../../../api/alerts";
import { momentOf } from "../../../format/zone";

/** Values of a dimension to which a silence is narrowed. */
export interface MatchValues {
  dimension: string;
  values: (string | null)[];
}

/** What the form of a silence holds, as a person types it. */
export interface SilenceValues {
  kind: "silence" | "maintenance";
  reason: string;
  source: AlertSource | null;
  source_id: string | null;
  /** Name of the source, where it is no rule. */
  source_name: string;
  match: MatchValues[];
  /** Of a silence: minutes from now. */
  minutes: number;
  /** Of maintenance, on the clock of the project's zone: "2026-03-12T14:05"; "" is now. */
  start: string;
  /** "" only of what repeats: until it is ended. */
  end: string;
  weekly: boolean;
  weekdays: number[];
  from: string;
  until: string;
}

/** How long a silence lasts, as it is chosen. */
export const LENGTHS = [
  { minutes: 60, label: "1 hour" },
  { minutes: 240, label: "4 hours" },
  { minutes: 720, label: "12 hours" },
  { minutes: 1440, label: "1 day" },
  { minutes: 4320, label: "3 days" },
  { minutes: 10_080, label: "1 week" },
] as const;

export function emptySilence(part: Partial<SilenceValues> = {}): SilenceValues {
  return {
    kind: "silence",
    reason: "",
    source: null,
    source_id: null,
    source_name: "",
    match: [],
    minutes: 240,
    start: "",
    end: "",
    weekly: false,
    weekdays: [6, 7],
    from: "22:00",
    until: "02:00",
    ...part,
  };
}

/** The silence that keeps an alert quiet. */
export function silenceOf({ source, source_id: id, name, group }: Alert): SilenceValues {
  return emptySilence({
    source,
    source_id: id,
    source_name: name,
    match: Object.entries(group).map(([dimension, value]) => ({ dimension, values: [value] })),
  });
}

export type SilenceProblems = Partial<Record<keyof SilenceValues, string>>;

/** What keeps it from being made. `now`: epoch milliseconds. */
export function problemsOf(values: SilenceValues, now: number, timeZone: string): SilenceProblems {
  const problems: SilenceProblems = {};
  if (values.match.some(({ dimension, values: given }) => dimension === "" || given.length === 0)) {
    problems.match = "Give each field a value";
  }
  if (values.reason.length > 300) problems.reason = "At most 300 characters";
  if (values.kind === "silence") return problems;
  const start = momentAt(values.start, timeZone);
  const end = momentAt(values.end, timeZone);
  if (values.weekly && values.weekdays.length === 0) problems.weekdays = "Choose at least one day";
  if (values.weekly && (values.from === "" || values.until === "")) problems.from = "Say from when until when";
  if (!values.weekly && end === null) problems.end = "Say when it ends";
  if (end !== null && end <= Math.max(now, start ?? now))
    problems.end = "It must end after it begins, and not in the past";
  return problems;
}

/** What is sent. `now`: epoch milliseconds. */
export function bodyOf(values: SilenceValues, now: number, timeZone: string): NewSilence {
  const whole = {
    kind: values.kind,
    reason: values.reason.trim(),
    source: values.source,
    source_id: values.source_id,
    match: Object.fromEntries(values.match.map(({ dimension, values: given }) => [dimension, given])),
  };
  if (values.kind === "silence") {
    return { ...whole, start: null, end: new Date(now + values.minutes * 60_000).toISOString(), weekly: null };
  }
  return {
    ...whole,
    start: stampOf(values.start, timeZone),
    end: stampOf(values.end, timeZone),
    weekly: values.weekly ? { weekdays: values.weekdays, start: values.from, end: values.until } : null,
  };
}

/** What is sent as of this moment. */
export function bodyNow(values: SilenceValues, timeZone: string): NewSilence {
  return bodyOf(values, Date.now(), timeZone);
}

/** The field of the form for one that the API names; null where none shows it. */
export function fieldOf(apiField: string): keyof SilenceValues | null {
  const [first = "", second = ""] = apiField.split(".");
  if (first === "weekly") return second === "weekdays" ? "weekdays" : second === "end" ? "until" : "from";
  return SHOWN.find((field) => field === first) ?? null;
}

const SHOWN = ["reason", "source_id", "match", "start", "end"] as const;

function momentAt(wall: string, timeZone: string): number | null {
  if (wall === "") return null;
  const at = momentOf(`${wall}:00`, timeZone);
  return Number.isFinite(at) ? at : null;
}

function stampOf(wall: string, timeZone: string): string | null {
  const at = momentAt(wall, timeZone);
  return at === null ? null : new Date(at).toISOString();
}
