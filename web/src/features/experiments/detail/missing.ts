import type { Experiment } from "../../../api/experiments";

/** One thing that a draft needs, or should have, before it starts. */
export interface Step {
  text: string;
  done: boolean;
  /** The start is refused without it. */
  needed: boolean;
}

/** What a draft has and lacks. */
export function stepsOf({ variants, metrics, end, hypothesis }: Experiment): Step[] {
  const versions = new Set(variants.map(({ prompt, version }) => `${prompt} ${version}`));
  const primary = metrics.filter(({ role }) => role === "primary");
  return [
    { text: "Two variants or more, with their weights", done: variants.length >= 2, needed: true },
    {
      text:
        primary.length === 0
          ? "A primary metric: what decides"
          : `A primary metric: ${list(primary.map(({ label }) => label))}`,
      done: primary.length > 0,
      needed: true,
    },
    {
      text:
        versions.size === 1
          ? "Different versions: all variants serve the same, so this is an A/A test"
          : "Different versions in the variants",
      done: versions.size > 1,
      needed: false,
    },
    {
      text: "The smallest effect worth having, so that it can also end without a winner",
      done: primary.length > 0 && primary.every(({ min_effect }) => min_effect !== null),
      needed: false,
    },
    {
      text: "A guardrail: what must not get worse, such as latency or cost",
      done: metrics.some(({ role }) => role === "guardrail"),
      needed: false,
    },
    {
      text: "An end: a number of units, a date or a decision",
      done: end.sample_goal != null || end.end_at != null || end.on_decision,
      needed: false,
    },
    { text: "A hypothesis, to learn from the result", done: hypothesis.trim() !== "", needed: false },
  ];
}

function list(labels: readonly string[]): string {
  return labels.join(", ");
}
