import type {
  Condition,
  ConditionOp,
  Experiment,
  ExperimentChange,
  ExperimentMetric,
  MetricRole,
  NewExperiment,
  NewMetric,
  NewVariant,
} from "../../../api/experiments";
import { momentOf, wallTime } from "../../../format/zone";

/** An empty field of a number. */
export type Typed = number | "";

export interface VariantValues {
  /** Tells rows apart while they move. */
  key: string;
  /** null: is not stored yet. */
  id: string | null;
  name: string;
  prompt: string;
  /** null: the version served in production when it is saved. */
  version: number | null;
  weight: number;
}

export interface ConditionValues {
  key: string;
  attribute: string;
  op: ConditionOp;
  values: string[];
}

export type MetricKind = "score" | "metric" | "outcome";

export interface MetricValues {
  key: string;
  /** The experiment has it already. */
  stored: boolean;
  kind: MetricKind;
  /** "" is a row that is not filled in; it is not saved. */
  name: string;
  per: "value" | "unit";
  role: MetricRole;
  /** "": as the catalogue says. */
  better: "" | "up" | "down";
  min_effect: Typed;
  max_harm: Typed;
}

/** What the form holds: as a person types it. */
export interface ExperimentValues {
  title: string;
  hypothesis: string;
  unit: "user" | "session";
  traffic: Typed;
  variants: VariantValues[];
  targeting: ConditionValues[];
  metrics: MetricValues[];
  sample_goal: Typed;
  /** On the clock of the project's zone: "2026-03-12T14:05"; "" is none. */
  end_at: string;
  on_decision: boolean;
  alpha: Typed;
  power: Typed;
  min_units: Typed;
  min_days: Typed;
  variance_reduction: boolean;
}

export const DEFAULTS = { alpha: 5, power: 80, min_units: 100, min_days: 0, min_effect: 5 } as const;

/** A form that nobody has filled in. `key` makes a new key for each row; `prompt` is what its variants are of, if known. */
export function emptyValues(key: () => string, prompt = ""): ExperimentValues {
  return {
    title: "",
    hypothesis: "",
    unit: "user",
    traffic: 100,
    variants: [newVariant(key(), 0, 50, prompt), newVariant(key(), 1, 50, prompt)],
    targeting: [],
    metrics: [newMetric(key(), "primary")],
    sample_goal: "",
    end_at: "",
    on_decision: false,
    alpha: DEFAULTS.alpha,
    power: DEFAULTS.power,
    min_units: DEFAULTS.min_units,
    min_days: DEFAULTS.min_days,
    variance_reduction: true,
  };
}

export function newVariant(key: string, place: number, weight: number, prompt = ""): VariantValues {
  return { key, id: null, name: variantName(place), prompt, version: null, weight };
}

export function newMetric(key: string, role: MetricRole): MetricValues {
  return { key, stored: false, kind: "score", name: "", per: "value", role, better: "", min_effect: "", max_harm: "" };
}

export function newCondition(key: string): ConditionValues {
  return { key, attribute: "", op: "is", values: [] };
}

/** "Control", "Variant B", "Variant C". */
export function variantName(place: number): string {
  return place === 0 ? "Control" : `Variant ${String.fromCharCode(65 + place)}`;
}

/** The form of an experiment that is there; control comes first. */
export function valuesOf(experiment: Experiment, timeZone: string, key: () => string): ExperimentValues {
  const { end, analysis } = experiment;
  const variants = [...experiment.variants].sort((a, b) => Number(b.control) - Number(a.control));
  return {
    title: experiment.title,
    hypothesis: experiment.hypothesis,
    unit: experiment.unit,
    traffic: experiment.traffic,
    variants: variants.map(({ id, name, prompt, version, weight }) => ({
      key: key(),
      id,
      name,
      prompt,
      version,
      weight: Math.round(weight * 10) / 10,
    })),
    targeting: experiment.targeting.map(({ attribute, op, values }) => ({
      key: key(),
      attribute,
      op,
      values: values.map(String),
    })),
    metrics: experiment.metrics.map((metric) => ({ key: key(), ...metricValues(metric) })),
    sample_goal: end.sample_goal ?? "",
    end_at: end.end_at == null ? "" : wallTime(Date.parse(end.end_at), timeZone).slice(0, 16).replace(" ", "T"),
    on_decision: end.on_decision,
    alpha: analysis.alpha,
    power: analysis.power,
    min_units: analysis.min_units,
    min_days: analysis.min_days,
    variance_reduction: analysis.variance_reduction,
  };
}

function metricValues(metric: ExperimentMetric): Omit<MetricValues, "key"> {
  const kind = metric.score !== null ? "score" : metric.metric !== null ? "metric" : "outcome";
  return {
    stored: true,
    kind,
    name: metric.score ?? metric.metric ?? metric.outcome ?? "",
    per: metric.per,
    role: metric.role,
    better: metric.better,
    min_effect: metric.min_effect ?? "",
    max_harm: metric.max_harm ?? "",
  };
}

/** What is sent to make the experiment. */
export function bodyOf(values: ExperimentValues, timeZone: string): NewExperiment {
  return {
    title: values.title.trim(),
    hypothesis: values.hypothesis.trim(),
    unit: values.unit,
    traffic: values.traffic === "" ? 100 : values.traffic,
    variants: values.variants.map(variantBody),
    targeting: values.targeting.map(conditionBody),
    metrics: values.metrics.filter(({ name }) => name.trim() !== "").map(metricBody),
    end: {
      sample_goal: values.sample_goal === "" ? null : values.sample_goal,
      end_at: values.end_at === "" ? null : new Date(momentOf(`${values.end_at}:00`, timeZone)).toISOString(),
      on_decision: values.on_decision,
    },
    analysis: {
      alpha: orDefault(values.alpha, DEFAULTS.alpha),
      power: orDefault(values.power, DEFAULTS.power),
      min_units: orDefault(values.min_units, DEFAULTS.min_units),
      min_days: orDefault(values.min_days, DEFAULTS.min_days),
      variance_reduction: values.variance_reduction,
    },
  };
}

/** What is sent to change it: only what differs. Empty when nothing does. */
export function changeOf(before: ExperimentValues, after: ExperimentValues, timeZone: string): ExperimentChange {
  const was = bodyOf(before, timeZone);
  const is = bodyOf(after, timeZone);
  const changed = Object.entries(is).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(was[field as keyof NewExperiment]),
  );
  return Object.fromEntries(changed);
}

function variantBody({ id, name, prompt, version, weight }: VariantValues, place: number): NewVariant {
  return {
    ...(id === null ? {} : { id }),
    name: name.trim(),
    prompt,
    ...(version === null ? {} : { version }),
    weight,
    control: place === 0,
  };
}

function conditionBody({ attribute, op, values }: ConditionValues): Condition {
  return {
    attribute: attribute.trim(),
    op,
    values: takesNumber(op) ? values.map(Number) : takesValues(op) ? values : [],
  };
}

export function metricBody({ kind, name, per, role, better, min_effect, max_harm }: MetricValues): NewMetric {
  return {
    [kind]: name.trim(),
    ...(kind === "score" && per === "unit" ? { per } : {}),
    primary: role === "primary",
    guardrail: role === "guardrail",
    ...(better === "" ? {} : { better }),
    ...(min_effect === "" ? {} : { min_effect }),
    ...(role !== "guardrail" || max_harm === "" ? {} : { max_harm }),
  };
}

export function takesValues(op: ConditionOp): boolean {
  return op !== "exists" && op !== "not_exists";
}

export function takesNumber(op: ConditionOp): boolean {
  return op === "greater" || op === "less";
}

function orDefault(value: Typed, otherwise: number): number {
  return value === "" ? otherwise : value;
}
