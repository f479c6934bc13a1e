import type { NewSla, Objective, Sla, SlaState } from "../../api/slas";
import { minutesText } from "../../format/duration";
import { format } from "../../format/number";

export const OBJECTIVES: Record<Objective["kind"], { label: string; hint: string }> = {
  availability: { label: "Availability of calls", hint: "Bad: timeouts, system errors, and 5xx of the provider." },
  downtime: { label: "Uptime in minutes", hint: "Bad: minutes in which too many calls are not answered." },
  latency: { label: "Latency", hint: "Of calls that succeed. Bad: those that take longer." },
  success_rate: { label: "Success rate", hint: "Bad: failures of any kind." },
  score: { label: "Score", hint: "Bad: scores below a value." },
};

export const PERIODS: Record<NewSla["period"], string> = {
  rolling_30d: "30 days, rolling",
  month: "Calendar month",
};

/** What is to be good: "99.9 % of calls under 2 s". */
export function objectiveText({ target, objective }: Pick<Sla, "target" | "objective">): string {
  const share = format(target, "percent");
  switch (objective.kind) {
    case "availability":
      return `${share} of calls answered by the provider`;
    case "downtime":
      return `${share} of minutes up`;
    case "latency":
      return `${share} of calls under ${format(objective.under_ms, "ms")}`;
    case "success_rate":
      return `${share} of calls succeed`;
    case "score":
      return `${share} of ${objective.name} at least ${format(objective.at_least, "score")}`;
  }
}

/** Why it is at risk though it is met; "" where it is not. */
export function riskText({ status, windows }: SlaState): string {
  if (status !== "at_risk") return "";
  const burning = windows.find((one) => one.burning);
  if (burning === undefined) return "Less than a quarter of its budget is left";
  const fast =
    burning.factor === 1
      ? "faster than allowed"
      : `more than ${format(burning.factor, "number")}\u00a0× as fast as allowed`;
  return `Burns ${fast}, over ${minutesText(burning.long_minutes)}`;
}

/** When it is gone at this rate. */
export function goneText({ gone_in_s: seconds, budget }: SlaState): string {
  if (budget.left_share !== null && budget.left_share <= 0) return "The budget is spent";
  if (seconds === null) return "Lasts to the end of the period at this rate";
  return `Budget gone in ${minutesText(seconds / 60)} at this rate`;
}
