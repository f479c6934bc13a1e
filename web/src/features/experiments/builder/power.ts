import type { Power, PowerQuestion } from "../../../api/experiments";
import { DEFAULTS, metricBody, type ExperimentValues, type MetricValues, type Typed } from "./values";

/** What a person says where nothing is measured yet. */
export interface Assumed {
  baseline: Typed;
  deviation: Typed;
  units_per_day: Typed;
}

export const NOTHING_ASSUMED: Assumed = { baseline: "", deviation: "", units_per_day: "" };

/** The metric that the number of units is worked out for: the first primary one. */
export function decidingMetric(values: Pick<ExperimentValues, "metrics">): MetricValues | null {
  return values.metrics.find(({ role, name }) => role === "primary" && name.trim() !== "") ?? null;
}

/** What is asked about the power of the experiment that the form describes; null before there is a metric. */
export function powerQuestion(
  values: ExperimentValues,
  assumed: Assumed,
  isRate: (metric: MetricValues) => boolean,
): PowerQuestion | null {
  const metric = decidingMetric(values);
  if (metric === null) return null;
  const [control] = values.variants;
  return {
    metric: metricBody({ ...metric, max_harm: "" }),
    prompt: control === undefined || control.prompt === "" ? null : control.prompt,
    unit: values.unit,
    min_effect: given(metric.min_effect) ?? DEFAULTS.min_effect,
    weights: values.variants.map(({ weight }) => weight),
    traffic: given(values.traffic) ?? 100,
    alpha: given(values.alpha) ?? DEFAULTS.alpha,
    power: given(values.power) ?? DEFAULTS.power,
    baseline: assumed.baseline === "" ? null : assumed.baseline,
    deviation: given(assumed.deviation),
    units_per_day: given(assumed.units_per_day),
    is_proportion: isRate(metric),
  };
}

/** What the answer does not know, in a sentence each. */
export function unknowns(power: Power, unit: "user" | "session"): string[] {
  return [
    ...(power.units === null ? ["The number of units, because the baseline is not known."] : []),
    ...(power.units !== null && power.days === null
      ? [`How long it takes, because no ${unit}s of this prompt were seen in the last 28 days.`]
      : []),
  ];
}

/** Numbers that are nothing or below cannot be asked about. */
function given(value: Typed): number | null {
  return value === "" || value <= 0 ? null : value;
}
