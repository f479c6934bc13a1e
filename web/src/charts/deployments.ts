import type { Deployment } from "../api/types";
import type { Happening } from "./marks";

/** What charts of `prompts` (none: all) tell of deployments. */
export function deploymentHappenings(
  deployments: readonly Deployment[],
  prompts: readonly (string | null)[],
): Happening[] {
  const shown = deployments.filter(({ prompt }) => prompts.length === 0 || prompts.includes(prompt));
  return shown.map((one) => ({
    id: one.id,
    at: Date.parse(one.at),
    kind: one.kind,
    label: labelOf(one, prompts.length === 1),
    text: `${deploymentText(one)}, by ${one.by}`,
  }));
}

/** What was done: "support-reply v4 in production", "support-reply rolled back to v3 in production". */
export function deploymentText({ prompt, kind, version, environment }: Deployment): string {
  const did = kind === "rollback" ? "rolled back to " : "";
  return `${prompt} ${did}v${version} in ${environment}`;
}

const LONGEST_NAME = 16;

function labelOf({ prompt, kind, version }: Deployment, alone: boolean): string {
  const name = prompt.length > LONGEST_NAME ? `${prompt.slice(0, LONGEST_NAME - 1)}…` : prompt;
  // an arrow back: colour is not the only sign
  const to = kind === "rollback" ? `↩ v${version}` : `v${version}`;
  return alone ? to : `${name} ${to}`;
}
