import { momentOf } from "../../../format/zone";
import { takesNumber, takesValues, type ConditionValues, type ExperimentValues, type MetricValues } from "./values";

/** What is wrong, by the path of its field; "variants" and "metrics" are about the lists as a whole. */
export type Problems = Record<string, string>;

const MOST_PRIMARY = 5;
/** With fewer units a variant, more false alarms than promised. */
const LEAST_UNITS = 10;

/** What keeps the form from being saved. `now`: epoch milliseconds. */
export function problemsOf(values: ExperimentValues, now: number, timeZone: string): Problems {
  const found: [string, string | null][] = [
    ["title", titleProblem(values.title)],
    ["hypothesis", values.hypothesis.length > 5000 ? "At most 5,000 characters" : null],
    ["traffic", between(values.traffic, 0.1, 100, "percent")],
    ...values.variants.flatMap(({ name, prompt }, place): [string, string | null][] => [
      [`variants.${place}.name`, nameProblem(name, values.variants.slice(0, place))],
      [`variants.${place}.prompt`, prompt === "" ? "Choose a prompt" : null],
    ]),
    ...values.targeting.flatMap((condition, place): [string, string | null][] => [
      [`targeting.${place}.attribute`, condition.attribute.trim() === "" ? "Name the attribute" : null],
      [`targeting.${place}.values`, valuesProblem(condition)],
    ]),
    ...values.metrics.flatMap((metric, place): [string, string | null][] => [
      [`metrics.${place}.name`, metricProblem(metric, values.metrics.slice(0, place))],
      [`metrics.${place}.min_effect`, effectProblem(metric.min_effect, true)],
      [`metrics.${place}.max_harm`, metric.role === "guardrail" ? effectProblem(metric.max_harm, false) : null],
    ]),
    ["metrics", primaryProblem(values.metrics)],
    ["sample_goal", values.sample_goal === "" ? null : wholeProblem(values.sample_goal, 2)],
    ["end_at", endProblem(values.end_at, now, timeZone)],
    ["alpha", values.alpha === "" ? null : between(values.alpha, 0.01, 50, "percent")],
    ["power", values.power === "" ? null : between(values.power, 1, 99.9, "percent")],
    ["min_units", values.min_units === "" ? null : wholeProblem(values.min_units, LEAST_UNITS)],
    ["min_days", values.min_days === "" ? null : between(values.min_days, 0, 365, "days")],
  ];
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The path in the form of a field that the API names. */
export function fieldOf(apiField: string): string {
  return apiField
    .replace(/^(end|analysis)\./, "")
    .replace(/^(metrics\.\d+)\.(score|metric|outcome)$/, "$1.name")
    .replace(/^(metrics\.\d+)$/, "$1.name")
    .replace(/^(metrics\.\d+)\.(primary|guardrail)$/, "$1.role")
    .replace(/^(targeting\.\d+\.values)\..*$/, "$1");
}

/** A field that no input of the form shows is told at the end of the form. */
export function isShown(path: string, values: ExperimentValues): boolean {
  const [list, place, part] = path.split(".");
  if (list === undefined || place === undefined) return path in values;
  const rows: unknown = values[list as keyof ExperimentValues];
  const row: unknown = Array.isArray(rows) ? rows[Number(place)] : undefined;
  return typeof row === "object" && row !== null && part !== undefined && part in row;
}

function titleProblem(title: string): string | null {
  if (title.trim() === "") return "Give it a title: programs ask for the experiment by it";
  return title.length > 200 ? "At most 200 characters" : null;
}

function nameProblem(name: string, before: readonly { name: string }[]): string | null {
  if (name.trim() === "") return "Give the variant a name";
  if (name.length > 100) return "At most 100 characters";
  return before.some((other) => other.name.trim() === name.trim()) ? "Another variant has this name" : null;
}

function valuesProblem({ op, values }: ConditionValues): string | null {
  if (!takesValues(op)) return null;
  if (takesNumber(op)) {
    const [only] = values;
    return values.length === 1 && only !== undefined && only.trim() !== "" && Number.isFinite(Number(only))
      ? null
      : "Enter one number";
  }
  return values.length === 0 ? "Enter at least one value" : null;
}

function metricProblem({ kind, name, per }: MetricValues, before: readonly MetricValues[]): string | null {
  if (name.trim() === "") return null;
  const twice = before.some((other) => other.kind === kind && other.name.trim() === name.trim() && other.per === per);
  return twice ? "This metric is there already" : null;
}

function primaryProblem(metrics: readonly MetricValues[]): string | null {
  const primary = metrics.filter(({ role, name }) => role === "primary" && name.trim() !== "").length;
  return primary > MOST_PRIMARY ? `At most ${MOST_PRIMARY} metrics are primary: decide what matters most` : null;
}

function effectProblem(value: number | "", positive: boolean): string | null {
  if (value === "") return null;
  return value > 1000 || value < 0 || (positive && value === 0)
    ? `Between ${positive ? "0.1" : "0"} and 1,000 percent`
    : null;
}

function wholeProblem(value: number, least: number): string | null {
  return Number.isInteger(value) && value >= least ? null : `A whole number, at least ${least}`;
}

function between(value: number | "", low: number, high: number, unit: string): string | null {
  return value !== "" && value >= low && value <= high ? null : `Between ${low} and ${high} ${unit}`;
}

function endProblem(wall: string, now: number, timeZone: string): string | null {
  if (wall === "") return null;
  const at = momentOf(`${wall}:00`, timeZone);
  if (!Number.isFinite(at)) return "Choose a day and a time";
  return at <= now ? "This has passed: choose a later end" : null;
}
