import type { Condition, ConditionOp, ExperimentStatus, ExperimentVariant, MetricRole } from "../../api/experiments";
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

export const OPERATOR_WORD: Record<ConditionOp, string> = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  starts_with: "starts with",
  greater: "is greater than",
  less: "is less than",
  exists: "is there",
  not_exists: "is not there",
};

/** A condition as a sentence: "plan is pro or team". */
export function conditionText({ attribute, op, values }: Condition): string {
  const said = values.map(String).join(" or ");
  return `${attribute} ${OPERATOR_WORD[op]}${said === "" ? "" : ` ${said}`}`;
}
