import type { ExperimentStatus, ExperimentVariant, MetricRole } from "../../api/experiments";
import { format, formatExact } from "../../format/number";

export const STATUS_WORD: Record<ExperimentStatus, string> = {
  draft: "Draft",
  running: "Running",
  paused: "Paused",
  concluded: "Concluded",
};

export const ROLE_WORD: Record<MetricRole, string> = {
  primary: "Primary",
  secondary: "Secondary",
  guardrail: "Guardrail",
};

/** "1 user", "1,240 users". */
export function unitsWord(unit: "user" | "session", count: number): string {
  return `${formatExact(count, "count")} ${count === 1 ? unit : `${unit}s`}`;
}

/** "greeting v2". */
export function versionWord({ prompt, version }: Pick<ExperimentVariant, "prompt" | "version">): string {
  return `${prompt} v${version}`;
}

/** "50 %"; a weight of a third keeps one decimal. */
export function weightWord(weight: number): string {
  return format(weight, "percent");
}
