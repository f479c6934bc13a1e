import type { ChangedRule, Condition, NewRule, QuietHours, Sensitivity, Severity } from "../../../api/alerts";
import type { Filter } from "../../../api/types";

/** An empty field of a number. */
export type Typed = number | "";

/** The kinds of conditions as a person chooses one. */
export type ConditionChoice = "above" | "below" | "rises" | "falls" | "more" | "less" | "band" | "no_data";

/** What the form holds: as a person types it. */
export interface RuleValues {
  /** "": what the rule says is its name. */
  name: string;
  description: string;
  enabled: boolean;
  severity: Severity;
  metric: string;
  where: Filter[];
  by: string[];
  series_limit: Typed;
  window_minutes: Typed;
  condition: ConditionChoice;
  /** Threshold, or size of the change. */
  value: Typed;
  change_unit: "percent" | "absolute";
  against: "previous" | "week";
  factor: Typed;
  direction: "above" | "below" | "both";
  sensitivity: Sensitivity;
  no_data_minutes: Typed;
  for_minutes: Typed;
  recovery_minutes: Typed;
  recovery_value: Typed;
  minimum_samples: Typed;
  on_no_data: NewRule["on_no_data"];
  renotify_minutes: Typed;
  quiet_hours: QuietHours[];
  runbook: string;
  /** null: wherever alerts of the severity go. */
  channels: string[] | null;
  template: string | null;
}

export const MOST_SERIES = 100;

export function emptyValues(part: Partial<RuleValues> = {}): RuleValues {
  return {
    name: "",
    description: "",
    enabled: true,
    severity: "warning",
    metric: "",
    where: [],
    by: [],
    series_limit: MOST_SERIES,
    window_minutes: 5,
    condition: "above",
    value: "",
    change_unit: "percent",
    against: "week",
    factor: 2,
    direction: "both",
    sensitivity: "medium",
    no_data_minutes: 10,
    for_minutes: 5,
    recovery_minutes: 0,
    recovery_value: "",
    minimum_samples: 0,
    on_no_data: "ok",
    renotify_minutes: "",
    quiet_hours: [],
    runbook: "",
    channels: null,
    template: null,
    ...part,
  };
}

/** The form of a rule that is there, or of a template. */
export function valuesOf(rule: NewRule): RuleValues {
  return emptyValues({
    name: rule.name,
    description: rule.description,
    enabled: rule.enabled,
    severity: rule.severity,
    metric: rule.metric,
    where: rule.where,
    by: rule.by,
    series_limit: rule.series_limit,
    window_minutes: rule.window_minutes,
    ...conditionValues(rule.condition),
    for_minutes: rule.for_minutes,
    recovery_minutes: rule.recovery_minutes,
    recovery_value: rule.recovery_value ?? "",
    minimum_samples: rule.minimum_samples,
    on_no_data: rule.on_no_data,
    renotify_minutes: rule.renotify_minutes ?? "",
    quiet_hours: rule.quiet_hours,
    runbook: rule.runbook,
    channels: rule.channels ?? null,
    template: rule.template ?? null,
  });
}

function conditionValues(condition: Condition): Partial<RuleValues> {
  switch (condition.kind) {
    case "threshold":
      return { condition: condition.op, value: condition.value };
    case "change":
      return {
        condition: condition.op === "above" ? "rises" : "falls",
        value: condition.value,
        change_unit: condition.unit,
        against: condition.against,
      };
    case "expected":
      return { condition: condition.op === "above" ? "more" : "less", factor: condition.factor };
    case "band":
      return { condition: "band", direction: condition.direction, sensitivity: condition.sensitivity };
    case "no_data":
      return { condition: "no_data", no_data_minutes: condition.minutes };
  }
}

/** What is sent. `name`: that of a rule to which nobody gave one. */
export function bodyOf(values: RuleValues, name: string): NewRule {
  return {
    name: values.name.trim() === "" ? name : values.name.trim(),
    description: values.description.trim(),
    enabled: values.enabled,
    severity: values.severity,
    metric: values.condition === "no_data" || values.metric === "" ? "total_requests" : values.metric,
    where: values.where,
    by: values.by,
    series_limit: orDefault(values.series_limit, MOST_SERIES),
    window_minutes: orDefault(values.window_minutes, 5),
    condition: conditionOf(values),
    for_minutes: orDefault(values.for_minutes, 0),
    recovery_minutes: orDefault(values.recovery_minutes, 0),
    recovery_value: takesRecoveryValue(values.condition) && values.recovery_value !== "" ? values.recovery_value : null,
    minimum_samples: orDefault(values.minimum_samples, 0),
    on_no_data: values.on_no_data,
    renotify_minutes: values.renotify_minutes === "" ? null : values.renotify_minutes,
    quiet_hours: values.quiet_hours,
    runbook: values.runbook.trim(),
    channels: values.channels,
    template: values.template,
  };
}

function conditionOf(values: RuleValues): Condition {
  const { condition, value, change_unit: unit, against, factor } = values;
  switch (condition) {
    case "above":
    case "below":
      return { kind: "threshold", op: condition, value: orDefault(value, 0) };
    case "rises":
    case "falls":
      return {
        kind: "change",
        op: condition === "rises" ? "above" : "below",
        value: orDefault(value, 0),
        unit,
        against,
      };
    case "more":
    case "less":
      return { kind: "expected", op: condition === "more" ? "above" : "below", factor: orDefault(factor, 2) };
    case "band":
      return { kind: "band", direction: values.direction, sensitivity: values.sensitivity };
    case "no_data":
      return { kind: "no_data", minutes: orDefault(values.no_data_minutes, 10) };
  }
}

/** What is sent to change a rule: only what differs. A template is not changed. */
export function changeOf(before: RuleValues, after: RuleValues, name: string): ChangedRule {
  const was = bodyOf(before, name);
  const is = bodyOf(after, name);
  const changed = Object.entries(is).filter(
    ([field, value]) => field !== "template" && JSON.stringify(value) !== JSON.stringify(was[field as keyof NewRule]),
  );
  return Object.fromEntries(changed);
}

/** The condition has a number that the value must pass to be over. */
export function takesRecoveryValue(condition: ConditionChoice): boolean {
  return condition !== "band" && condition !== "no_data";
}

/** Anything that only the closed part of the form shows differs from what a new rule has. */
export function hasMore(values: RuleValues): boolean {
  const plain = emptyValues();
  const hidden = [
    "description",
    "where",
    "by",
    "series_limit",
    "window_minutes",
    "recovery_minutes",
    "recovery_value",
    "minimum_samples",
    "on_no_data",
    "renotify_minutes",
    "quiet_hours",
    "runbook",
  ] as const;
  return hidden.some((field) => JSON.stringify(values[field]) !== JSON.stringify(plain[field]));
}

function orDefault(value: Typed, otherwise: number): number {
  return value === "" ? otherwise : value;
}
