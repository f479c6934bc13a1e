import type { CustomMetric, NewCustomMetric } from "../../../api/dashboards";

/** The form: the threshold as it is typed. */
export type MetricValues = Omit<NewCustomMetric, "threshold"> & { threshold: string };

export const UNITS: readonly { value: NewCustomMetric["unit"]; label: string }[] = [
  { value: "number", label: "A plain number" },
  { value: "count", label: "A count" },
  { value: "percent", label: "Percent" },
  { value: "ms", label: "Milliseconds" },
  { value: "tokens", label: "Tokens" },
  { value: "usd", label: "US dollars" },
  { value: "score", label: "A score" },
];

export const DIRECTIONS: readonly { value: NewCustomMetric["better"]; label: string }[] = [
  { value: "up", label: "More is better" },
  { value: "down", label: "Less is better" },
  { value: "neither", label: "Neither" },
];

export function valuesOf(stored: CustomMetric | null): MetricValues {
  if (stored === null)
    return { name: "", formula: "", unit: "number", better: "neither", threshold: "", description: "" };
  const { name, formula, unit, better, threshold, description } = stored;
  return { name, formula, unit, better, threshold: threshold === null ? "" : String(threshold), description };
}

export function bodyOf({ threshold, ...values }: MetricValues): NewCustomMetric {
  return {
    ...values,
    name: values.name.trim(),
    formula: values.formula.trim(),
    description: values.description.trim(),
    threshold: numberOf(threshold),
  };
}

/** null where nothing, or no number, is typed. */
export function numberOf(text: string): number | null {
  const typed = text.trim();
  return typed === "" || !Number.isFinite(Number(typed)) ? null : Number(typed);
}

export function thresholdProblem({ threshold, better }: Pick<MetricValues, "threshold" | "better">): string | null {
  if (threshold.trim() === "") return null;
  if (numberOf(threshold) === null) return "Enter a number such as 80";
  return better === "neither" ? "A threshold needs a direction: say whether more or less is better" : null;
}
