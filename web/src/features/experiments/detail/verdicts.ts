import type { Decision, Method, Versus } from "../../../api/experiments";

export type Tone = "good" | "bad" | "warning" | "accent" | "quiet";

/** What a comparison says, in words. */
export const VERSUS_WORD: Record<Versus["verdict"], { word: string; tone: Tone }> = {
  better: { word: "Better", tone: "good" },
  worse: { word: "Worse", tone: "bad" },
  equal: { word: "No difference worth having", tone: "accent" },
  holds: { word: "Holds", tone: "good" },
  unclear: { word: "Not clear yet", tone: "quiet" },
};

export const DECISION_TONE: Record<Decision, Tone> = {
  ship: "good",
  keep: "accent",
  equivalent: "accent",
  keep_running: "quiet",
  unhealthy: "bad",
  no_data: "quiet",
};

/** The verdict names a variant, or says that none is needed: it is time to conclude. */
export function isDecided(decision: Decision): boolean {
  return decision === "ship" || decision === "keep" || decision === "equivalent";
}

export const METHODS: readonly { value: Method; label: string; says: string; warns: boolean }[] = [
  {
    value: "sequential",
    label: "Sequential",
    says: "These intervals hold at every moment: look as often as you like, and stop when it is clear.",
    warns: false,
  },
  {
    value: "fixed",
    label: "Fixed",
    says: "These intervals hold for one look at a size planned before the start: peeking, and stopping at the first good moment, makes false alarms likely.",
    warns: true,
  },
  {
    value: "bayesian",
    label: "Bayesian",
    says: "The chance to win tells how far to believe in a variant, and is no reason to stop: who stops at 95 % is wrong far more often than 5 %.",
    warns: true,
  },
];

export function parseMethod(text: string | null): Method {
  return METHODS.find(({ value }) => value === text)?.value ?? "sequential";
}
