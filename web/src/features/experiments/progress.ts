import type { Experiment } from "../../api/experiments";
import { format, formatExact } from "../../format/number";
import { unitsWord } from "./words";

/** One end criterion and how far it is. */
export interface Goal {
  key: "sample_goal" | "end_at" | "decision" | "none";
  text: string;
  /** 0 to 1; null where there is nothing to measure. */
  share: number | null;
  reached: boolean;
}

const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;
const HOUR_MS = 3_600_000;

type Measured = Pick<Experiment, "unit" | "end" | "progress" | "started_at" | "concluded_at">;

/**
 * The end criteria in words; one that says "no end set" when there is none. Empty before the start. `decided`: the
 * statistics have reached a verdict.
 */
export function goalsOf(experiment: Measured, now: number, decided = false): Goal[] {
  const { end, progress, started_at: startedAt, unit } = experiment;
  if (startedAt === null) return [];
  const goals: Goal[] = [];
  const sampleGoal = end.sample_goal ?? null;
  if (sampleGoal !== null) {
    goals.push({
      key: "sample_goal",
      text: `${formatExact(progress.units, "count")} of ${unitsWord(unit, sampleGoal)}`,
      share: Math.min(1, progress.units / sampleGoal),
      reached: progress.units >= sampleGoal,
    });
  }
  if (end.end_at != null) {
    const start = Date.parse(startedAt);
    const last = Date.parse(end.end_at);
    const until = experiment.concluded_at === null ? now : Date.parse(experiment.concluded_at);
    const passed = Math.min(Math.max(0, until - start), last - start);
    goals.push({
      key: "end_at",
      text: spanText(passed, last - start),
      share: last <= start ? 1 : passed / (last - start),
      reached: until >= last,
    });
  }
  if (end.on_decision) {
    const reached = decided || progress.ended_by === "decision";
    goals.push({
      key: "decision",
      text: reached ? "decision reached" : "until a decision",
      share: reached ? 1 : null,
      reached,
    });
  }
  if (goals.length === 0) {
    goals.push({ key: "none", text: `${unitsWord(unit, progress.units)}, no end set`, share: null, reached: false });
  }
  return goals;
}

/** How long it has run: "6 days", "5 h"; "" before the start. */
export function runningText(experiment: Measured): string {
  const days = experiment.progress.days_running;
  if (days === null) return "";
  return daysText(days);
}

/** A number of days as people say it: "4 h", "1 day", "9 days", "2.4 years". */
export function daysText(days: number): string {
  if (days * 24 < 1) return "less than an hour";
  if (days < 1) return `${format(Math.max(0, Math.round(days * 24)), "count")} h`;
  if (days >= 2 * YEAR_DAYS) return `${format(days / YEAR_DAYS, "count")} years`;
  const rounded = days < 10 ? Math.round(days * 2) / 2 : Math.round(days);
  return `${format(rounded, "count")} ${rounded === 1 ? "day" : "days"}`;
}

function spanText(passed: number, whole: number): string {
  const [size, word] = whole < 2 * DAY_MS ? [HOUR_MS, "hours"] : [DAY_MS, "days"];
  return `${format(Math.floor(passed / size), "count")} of ${format(Math.round(whole / size), "count")} ${word}`;
}
