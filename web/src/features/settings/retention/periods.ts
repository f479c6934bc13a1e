import type { Expiring, Periods, PeriodsWanted } from "../../../api/types";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";

export interface Kept {
  key: keyof PeriodsWanted;
  label: string;
  description: string;
  shortest: number;
}

/** What has a period of its own; the shortest are those of the API. */
export const KEPT: readonly Kept[] = [
  {
    key: "calls_days",
    label: "Calls",
    description: "Totals of hours and days stay. Single calls, users and sessions go.",
    shortest: 35,
  },
  {
    key: "texts_days",
    label: "Texts",
    description: "Inputs, outputs and messages, by when they arrived. They go with their calls at the latest.",
    shortest: 1,
  },
  {
    key: "scores_and_events_days",
    label: "Scores and events",
    description: "Ratings, outcomes and assignments of experiments.",
    shortest: 35,
  },
  {
    key: "minutes_days",
    label: "Calls by minute",
    description: "Busiest minutes of older days are told as long as their calls are kept.",
    shortest: 35,
  },
];

export type Days = Record<keyof PeriodsWanted, string>;

export function daysOf(periods: PeriodsWanted): Days {
  const text = (days: number | null | undefined) => (days === null || days === undefined ? "" : String(days));
  return {
    calls_days: text(periods.calls_days),
    texts_days: text(periods.texts_days),
    scores_and_events_days: text(periods.scores_and_events_days),
    minutes_days: text(periods.minutes_days),
  };
}

/** An empty field is for ever. */
export function wantedOf(days: Days): PeriodsWanted {
  const number = (text: string) => (text.trim() === "" ? null : Number(text));
  return {
    calls_days: number(days.calls_days),
    texts_days: number(days.texts_days),
    scores_and_events_days: number(days.scores_and_events_days),
    minutes_days: number(days.minutes_days),
  };
}

export function faultOf(text: string, shortest: number): string | null {
  const days = Number(text);
  if (text.trim() === "" || (Number.isInteger(days) && days >= shortest && days <= 3650)) return null;
  return `Whole days from ${shortest} to 3650, or nothing for ever`;
}

const plural = (n: number | null, one: string, many: string) =>
  n === null ? `many ${many}` : `${format(n, "count")} ${n === 1 ? one : many}`;

const day = (at: string) => formatTime(at, "date", "UTC");

/** What goes, a line each: "412,003 calls of 3 prompts, before 1 Aug 2026". */
export function goes(found: Expiring): string[] {
  const { calls, texts, scores_and_events: facts, minutes } = found.kept_from;
  const lines: string[] = [];
  if (calls !== null && found.calls !== 0) {
    const prompts = plural(found.prompts, "prompt", "prompts");
    lines.push(`${plural(found.calls, "call", "calls")} of ${prompts}, before ${day(calls)}`);
  }
  if (found.texts !== 0) {
    const of = plural(found.texts, "text", "texts");
    lines.push(texts === null ? `${of} of these calls` : `${of}, those that arrived before ${day(texts)} among them`);
  }
  if (facts !== null && found.scores !== 0)
    lines.push(`${plural(found.scores, "score", "scores")} before ${day(facts)}`);
  if (facts !== null && found.events !== 0)
    lines.push(`${plural(found.events, "event", "events")} before ${day(facts)}`);
  if (minutes !== null && found.minutes !== 0)
    lines.push(`${plural(found.minutes, "total", "totals")} of minutes before ${day(minutes)}`);
  return lines;
}

const TABLES: Readonly<Record<string, readonly [string, string]>> = {
  calls: ["call", "calls"],
  call_texts: ["text", "texts"],
  scores: ["score", "scores"],
  events: ["event", "events"],
  days_by_minute: ["total of a minute", "totals of minutes"],
};

/** How far the deletion is. */
export function told({ run }: Periods, zone: string): string {
  const deleted = Object.entries(run.deleted)
    .filter(([, n]) => n > 0)
    .map(([table, n]) => plural(n, ...(TABLES[table] ?? [table, table])))
    .join(", ");
  switch (run.status) {
    case "waiting":
      return "Deletion waits until the data of a user is deleted.";
    case "closing":
      return "Deletion begins in some minutes.";
    case "running":
      return `Deleting${deleted === "" ? "" : `: ${deleted} so far`}.`;
    default:
      if (run.not_before !== null)
        return `Deletion begins after ${formatTime(run.not_before, "dateMinute", zone)}. Until then the periods can be taken back.`;
      if (run.finished_at === null) return "Nothing has been deleted.";
      return `Last run ${formatTime(run.finished_at, "dateMinute", zone)}: ${deleted === "" ? "nothing was to be deleted" : `${deleted} deleted`}.`;
  }
}
