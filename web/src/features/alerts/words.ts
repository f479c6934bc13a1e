import type { Condition, NewRule, RulePhase } from "../../api/alerts";
import { minutesText } from "../../format/duration";
import { format, formatChange, type Unit } from "../../format/number";

export const PHASE_WORD: Record<RulePhase, string> = {
  firing: "Firing",
  pending: "Pending",
  recovering: "Recovering",
  no_data: "No data",
  ok: "OK",
};

export const SOURCE_WORD = { rule: "Rule", sla: "SLA", budget: "Budget", action: "Automatic action" } as const;

/** When a rule fires, after the name of its metric: "below 95 %", "more than 2 times normal". */
export function conditionText(condition: Condition, unit: Unit): string {
  switch (condition.kind) {
    case "threshold":
      return `${condition.op} ${format(condition.value, unit)}`;
    case "change": {
      const amount =
        condition.unit === "percent" ? formatChange(condition.value).replace("+", "") : format(condition.value, unit);
      const way = condition.op === "above" ? "up" : "down";
      return `${way} by more than ${amount} ${condition.against === "week" ? "on the week before" : "on the window before"}`;
    }
    case "expected":
      return `${condition.op === "above" ? "more" : "less"} than ${format(condition.factor, "number")} times normal`;
    case "band":
      return condition.direction === "both" ? "outside its normal band" : `${condition.direction} its normal band`;
    case "no_data":
      return `without calls for ${minutesText(condition.minutes)}`;
  }
}

type Said = Pick<NewRule, "condition" | "for_minutes" | "window_minutes" | "by">;

/** A rule in a line: "Success rate below 95 % for 5 min, each prompt". */
export function ruleText(rule: Said, label: string, unit: Unit, dimensions: ReadonlyMap<string, string>): string {
  const { condition, for_minutes: hold, by } = rule;
  const what = `${condition.kind === "no_data" ? "Traffic" : label} ${conditionText(condition, unit)}`;
  const held = hold > 0 ? ` for ${minutesText(hold)}` : "";
  const each =
    by.length === 0 ? "" : `, each ${by.map((key) => (dimensions.get(key) ?? key).toLowerCase()).join(" and ")}`;
  return `${what}${held}${each}`;
}

/** Which series: "prompt support-reply, version 4"; "" for a rule without groups. */
export function seriesText(
  group: Readonly<Record<string, string | null>>,
  dimensions: ReadonlyMap<string, string>,
): string {
  return Object.entries(group)
    .map(([key, value]) => {
      const name = (dimensions.get(key) ?? key).toLowerCase();
      return value === null ? `no ${name}` : `${name} ${value}`;
    })
    .join(", ");
}
