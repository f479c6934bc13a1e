import { formatExact } from "../../../format/number";
import { takesRecoveryValue, type ConditionChoice, type RuleValues, type Typed } from "./values";

/** What is wrong, by the field of the form. */
export type Problems = Partial<Record<keyof RuleValues, string>>;

const DAY_MINUTES = 1440;
const LONGEST_WINDOW = 31 * DAY_MINUTES;
const LONGEST_REMINDER = 10_080;

/** What keeps the rule from being saved and tried. */
export function problemsOf(values: RuleValues): Problems {
  const { condition } = values;
  const found: [keyof RuleValues, string | null][] = [
    ["name", values.name.length > 100 ? "At most 100 characters" : null],
    ["metric", condition !== "no_data" && values.metric.replace(/^=\s*/, "") === "" ? "Choose a metric" : null],
    ["value", valueProblem(condition, values.value)],
    ["factor", isFactor(condition) ? factorProblem(values.factor) : null],
    ["no_data_minutes", condition === "no_data" ? whole(values.no_data_minutes, 1, DAY_MINUTES, "minutes") : null],
    ["window_minutes", windowProblem(values)],
    ["for_minutes", whole(values.for_minutes, 0, DAY_MINUTES, "minutes")],
    ["recovery_minutes", whole(values.recovery_minutes, 0, DAY_MINUTES, "minutes")],
    ["recovery_value", takesRecoveryValue(condition) ? recoveryProblem(values) : null],
    ["minimum_samples", whole(values.minimum_samples, 0, 10_000_000, "calls")],
    ["series_limit", values.by.length > 0 ? whole(values.series_limit, 1, 100, "series") : null],
    [
      "renotify_minutes",
      values.renotify_minutes === "" ? null : whole(values.renotify_minutes, 5, LONGEST_REMINDER, "minutes"),
    ],
    ["where", values.where.some((filter) => filter.values.length === 0) ? "Give each filter a value" : null],
    [
      "quiet_hours",
      values.quiet_hours.some(({ weekdays }) => weekdays.length === 0) ? "Choose at least one day" : null,
    ],
    ["channels", values.channels?.length === 0 ? "Choose at least one channel" : null],
    ["runbook", values.runbook.length > 10_000 ? "At most 10,000 characters" : null],
    ["description", values.description.length > 1000 ? "At most 1,000 characters" : null],
  ];
  return Object.fromEntries(found.filter((entry): entry is [keyof RuleValues, string] => entry[1] !== null));
}

/** A day at most, or whole days where the condition does not ask what is normal. */
function windowProblem({ window_minutes: minutes, condition }: RuleValues): string | null {
  const takesDays = !isFactor(condition) && condition !== "band";
  const found = whole(minutes, 1, takesDays ? LONGEST_WINDOW : DAY_MINUTES, "minutes");
  if (found !== null || minutes === "" || minutes <= DAY_MINUTES || minutes % DAY_MINUTES === 0) {
    return found;
  }
  return "Longer than a day: whole days, a multiple of 1440";
}

/** The field of the form for one that the API names; null where none shows it. */
export function fieldOf(apiField: string): keyof RuleValues | null {
  const field = apiField
    .replace(/^rule\./, "")
    .replace(/^condition\.(threshold|change|expected|band|no_data)(?=\.)/, "condition");
  const [first = "", second = ""] = field.split(".");
  if (first === "condition") return CONDITION_FIELDS[second] ?? "condition";
  return SHOWN.has(first) ? (first as keyof RuleValues) : null;
}

const CONDITION_FIELDS: Record<string, keyof RuleValues> = {
  value: "value",
  factor: "factor",
  sensitivity: "sensitivity",
  direction: "direction",
  minutes: "no_data_minutes",
};

const SHOWN: ReadonlySet<string> = new Set<keyof RuleValues>([
  "name",
  "description",
  "severity",
  "metric",
  "where",
  "by",
  "series_limit",
  "window_minutes",
  "for_minutes",
  "recovery_minutes",
  "recovery_value",
  "minimum_samples",
  "on_no_data",
  "renotify_minutes",
  "quiet_hours",
  "runbook",
  "channels",
]);

/** Fields that the closed part of the form shows. */
export const IN_MORE: ReadonlySet<keyof RuleValues> = new Set<keyof RuleValues>([
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
]);

function valueProblem(condition: ConditionChoice, value: Typed): string | null {
  if (condition === "above" || condition === "below") return value === "" ? "Enter a number" : null;
  if (condition === "rises" || condition === "falls")
    return value === "" || value <= 0 ? "Enter a number above 0" : null;
  return null;
}

function isFactor(condition: ConditionChoice): boolean {
  return condition === "more" || condition === "less";
}

function factorProblem(factor: Typed): string | null {
  return factor !== "" && factor > 0 && factor <= 1000 ? null : "Above 0, at most 1,000";
}

function recoveryProblem({ condition, value, factor, recovery_value: recovery }: RuleValues): string | null {
  if (recovery === "") return null;
  const limit = isFactor(condition) ? factor : value;
  if (limit === "") return null;
  const above = condition === "above" || condition === "more" || condition === "rises" || condition === "falls";
  if (above) return recovery <= limit ? null : "It is over below the condition's own number: enter a lower one";
  return recovery >= limit ? null : "It is over above the condition's own number: enter a higher one";
}

function whole(value: Typed, low: number, high: number, unit: string): string | null {
  const is = value !== "" && Number.isInteger(value) && value >= low && value <= high;
  return is ? null : `Between ${low} and ${formatExact(high, "count")} ${unit}`;
}
