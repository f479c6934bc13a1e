import type { ExperimentStatus } from "../../../api/experiments";

export type Part = "title" | "unit" | "traffic" | "variants" | "weights" | "targeting" | "metrics" | "analysis";

const MIXED = "Fixed since the start: a change would mix two experiments in one result.";

const WHY: Record<Part, string> = {
  title: "Fixed since the start: programs ask for the experiment by its title.",
  unit: MIXED,
  traffic: "May only grow while it runs: who takes part stays in.",
  variants: MIXED,
  weights: "New assignments follow new weights; who has a variant keeps it.",
  targeting: MIXED,
  metrics:
    "Those that are there are fixed since the start, so that nobody chooses afterwards what counts. Others may be added.",
  analysis: "Fixed since the start, so that nobody can choose afterwards what makes a result.",
};

/** What cannot be changed any more. */
const LOCKED: readonly Part[] = ["title", "unit", "variants", "targeting", "analysis"];

export interface Locks {
  /** Something is locked: the experiment has started. */
  some: boolean;
  is: (part: Part) => boolean;
  /** Why it is locked or restricted; null before the start. */
  why: (part: Part) => string | null;
}

/** What may be changed in an experiment of this status; null is a new one. */
export function locksOf(status: ExperimentStatus | null): Locks {
  const started = status !== null && status !== "draft";
  return {
    some: started,
    is: (part) => started && LOCKED.includes(part),
    why: (part) => (started ? WHY[part] : null),
  };
}
