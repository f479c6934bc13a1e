import type { Unit } from "../../format/number";

/** What stands beside a number that is typed in a unit. */
export const UNIT_MARKS: Record<Unit, { prefix?: string; suffix?: string }> = {
  number: {},
  count: {},
  score: {},
  per_minute: { suffix: " /min" },
  percent: { suffix: " %" },
  ms: { suffix: " ms" },
  tokens: { suffix: " tokens" },
  usd: { prefix: "$" },
};
