import type { NewSla, Objective, Sla } from "../../../api/slas";
import type { Filter } from "../../../api/types";

/** As typed; numbers are texts until they are sent. */
export interface SlaValues {
  name: string;
  description: string;
  kind: Objective["kind"];
  failing_share: string;
  under_ms: string;
  score: string;
  at_least: string;
  target: string;
  period: NewSla["period"];
  where: Filter[];
  alerts: boolean;
  minimum_calls: string;
  no_data_minutes: string;
  /** Empty: never. */
  renotify_minutes: string;
  channels: string[] | null;
  runbook: string;
}

export function valuesOf(sla: Sla | null): SlaValues {
  const objective = sla?.objective;
  return {
    name: sla?.name ?? "",
    description: sla?.description ?? "",
    kind: objective?.kind ?? "success_rate",
    failing_share: objective?.kind === "downtime" ? String(objective.failing_share) : "50",
    under_ms: objective?.kind === "latency" ? String(objective.under_ms) : "2000",
    score: objective?.kind === "score" ? objective.name : "",
    at_least: objective?.kind === "score" ? String(objective.at_least) : "",
    target: sla === null ? "" : String(sla.target),
    period: sla?.period ?? "rolling_30d",
    where: sla?.where ?? [],
    alerts: sla?.alerts ?? true,
    minimum_calls: String(sla?.minimum_calls ?? 20),
    no_data_minutes: String(sla?.no_data_minutes ?? 60),
    renotify_minutes: sla?.renotify_minutes == null ? "" : String(sla.renotify_minutes),
    channels: sla?.channels ?? null,
    runbook: sla?.runbook ?? "",
  };
}

export function bodyOf(values: SlaValues): NewSla {
  return {
    name: values.name.trim(),
    description: values.description.trim(),
    objective: objectiveOf(values),
    target: Number(values.target),
    period: values.period,
    where: values.where,
    alerts: values.alerts,
    minimum_calls: Number(values.minimum_calls),
    no_data_minutes: Number(values.no_data_minutes),
    renotify_minutes: values.renotify_minutes.trim() === "" ? null : Number(values.renotify_minutes),
    channels: values.channels,
    runbook: values.runbook,
  };
}

function objectiveOf(values: SlaValues): Objective {
  switch (values.kind) {
    case "downtime":
      return { kind: "downtime", failing_share: Number(values.failing_share) };
    case "latency":
      return { kind: "latency", under_ms: Number(values.under_ms) };
    case "score":
      return { kind: "score", name: values.score.trim(), at_least: Number(values.at_least) };
    default:
      return { kind: values.kind };
  }
}

type Problems = Partial<Record<keyof SlaValues, string | null>>;

/** What is wrong, by field; a field without a problem is null. */
export function problemsOf(values: SlaValues): Problems {
  return {
    name: values.name.trim() === "" ? "Name it, such as Support is up" : null,
    target: within(values.target, 50, 100) && Number(values.target) < 100 ? null : "Enter a percent from 50, below 100",
    failing_share:
      values.kind === "downtime" && !(above(values.failing_share, 0) && Number(values.failing_share) <= 100)
        ? "Enter a percent above 0"
        : null,
    under_ms: values.kind === "latency" && !above(values.under_ms, 0) ? "Enter milliseconds above 0" : null,
    score: values.kind === "score" && values.score.trim() === "" ? "Choose a score" : null,
    at_least: values.kind === "score" && !isNumber(values.at_least) ? "Enter a number" : null,
    minimum_calls:
      above(values.minimum_calls, 0) && isWhole(values.minimum_calls) ? null : "Enter a whole number from 1",
    no_data_minutes:
      within(values.no_data_minutes, 5, 10_080) && isWhole(values.no_data_minutes)
        ? null
        : "Enter minutes from 5 to 10080",
    renotify_minutes:
      values.renotify_minutes.trim() === "" ||
      (within(values.renotify_minutes, 5, 10_080) && isWhole(values.renotify_minutes))
        ? null
        : "Enter minutes from 5 to 10080",
    where: values.where.some((one) => one.dimension === "" || one.values.length === 0)
      ? "Fill in each filter or remove it"
      : null,
    channels: values.channels !== null && values.channels.length === 0 ? "Choose at least one channel" : null,
  };
}

export function isComplete(values: SlaValues): boolean {
  return Object.values({ ...problemsOf(values), name: null, channels: null }).every((problem) => problem === null);
}

/** The field of the form that shows what the API says about its field. */
export function fieldOf(field: string): keyof SlaValues | null {
  const path = field.replace(/^body\./, "");
  const last = path.split(".").at(-1) ?? "";
  if (path.startsWith("objective")) {
    if (last === "name") return "score";
    if (last === "failing_share" || last === "under_ms" || last === "at_least") return last;
    return "kind";
  }
  const top = path.split(/[.[]/)[0] ?? "";
  return top in valuesOf(null) ? (top as keyof SlaValues) : null;
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

function isWhole(text: string): boolean {
  return Number.isInteger(Number(text));
}

function above(text: string, least: number): boolean {
  return isNumber(text) && Number(text) > least;
}

function within(text: string, least: number, most: number): boolean {
  return isNumber(text) && Number(text) >= least && Number(text) <= most;
}
