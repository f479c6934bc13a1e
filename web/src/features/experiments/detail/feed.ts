import type { ExperimentEvent, Submission } from "../../../api/experiments";

/** Something that happened in an experiment, as a line of the feed. */
export interface FeedLine {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  kind: "assignment" | "outcome" | "scores";
  variantId: string | null;
  variantName: string | null;
  /** Who: the user, else the session. */
  who: string | null;
  /** What, in words: "rating 5, helpful yes". */
  text: string;
}

/** The newest events and scores in one list, newest first, at most `most`. */
export function feedOf(events: readonly ExperimentEvent[], scores: readonly Submission[], most: number): FeedLine[] {
  return [...events.map(ofEvent), ...scores.map(ofScores)]
    .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
    .slice(0, most);
}

function ofEvent(event: ExperimentEvent): FeedLine {
  const score = event.score === null ? "" : ` (${event.score})`;
  return {
    id: event.id,
    at: Date.parse(event.created_at),
    kind: event.kind,
    variantId: event.variant_id,
    variantName: event.variant_name,
    who: event.user_id ?? event.session_id,
    text: event.kind === "assignment" ? "assigned" : `${event.outcome ?? "outcome"}${score}`,
  };
}

function ofScores(submission: Submission): FeedLine {
  return {
    id: submission.id,
    at: Date.parse(submission.created_at),
    kind: "scores",
    variantId: submission.bucket_id,
    variantName: submission.bucket_name,
    who: submission.user_id ?? submission.session_id,
    text: submission.scores.map(({ name, value }) => `${name} ${valueText(value)}`).join(", "),
  };
}

function valueText(value: Submission["scores"][number]["value"]): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? `“${value}”` : String(value);
}
