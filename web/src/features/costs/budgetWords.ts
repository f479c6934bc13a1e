import type { Budget, Period } from "../../api/costs";
import { format } from "../../format/number";
import { formatTime } from "../../format/time";

export const PERIODS: Record<Period, { label: string; running: string }> = {
  day: { label: "A day", running: "today" },
  week: { label: "A week, from Monday", running: "this week" },
  month: { label: "A month", running: "this month" },
};

/** Whose calls a budget is of. */
export function scopeOf({ prompt_id: prompt, environment }: Budget): string {
  const who = prompt ?? "all prompts";
  return environment === null ? who : `${who} in ${environment}`;
}

/** Where it stands in a line: what was spent, what will be, when it is crossed. */
export function burnWords(budget: Budget): string {
  const { amount_usd: amount, spent_usd: spent, spent_share: share, period } = budget;
  const parts = [
    spent === null
      ? `no known cost ${PERIODS[period].running}`
      : `${format(spent, "usd")} of ${format(amount, "usd")} ${PERIODS[period].running} (${format(share, "percent")})`,
  ];
  if (budget.projected_usd !== null) {
    parts.push(
      `${format(budget.projected_usd, "usd")} at its end, ${format(budget.low_usd, "usd")} to ${format(budget.high_usd, "usd")}`,
    );
  }
  if (budget.crosses_on !== null) {
    const day = formatTime(`${budget.crosses_on}T00:00:00Z`, "weekday", "UTC");
    parts.push(budget.state === "over" ? `crossed on ${day}` : `will be crossed on ${day}`);
  }
  return parts.join("; ");
}
