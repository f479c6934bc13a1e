import type { Action, NewPolicy, Policy, Trigger } from "../../../api/actions";
import type { Severity } from "../../../api/channels";

type Speed = "page" | "ticket" | "spent";

/** As typed; numbers are texts until they are sent. Empty choices mean any. */
export interface PolicyValues {
  name: string;
  description: string;
  trigger: Trigger["kind"];
  rules: string[];
  prompts: string[];
  slas: string[];
  budgets: string[];
  severities: Severity[];
  speeds: Speed[];
  action: Action["kind"];
  prompt: string;
  environment: string;
  experiment: string;
  variant: string;
  url: string;
  direction: "scale_up" | "scale_down";
  amount: string;
  secret: string;
  minimum_samples: string;
  cooldown_minutes: string;
  daily_cap: string;
  watch_minutes: string;
}

export function valuesOf(policy: Policy | null): PolicyValues {
  const trigger = policy?.trigger;
  const action = policy?.action;
  return {
    name: policy?.name ?? "",
    description: policy?.description ?? "",
    trigger: trigger?.kind ?? "alert",
    rules: trigger?.kind === "alert" ? (trigger.rules ?? []) : [],
    prompts: trigger?.kind === "alert" ? (trigger.prompts ?? []) : [],
    slas: trigger?.kind === "sla" ? (trigger.slas ?? []) : [],
    budgets: trigger?.kind === "budget" ? (trigger.budgets ?? []) : [],
    severities: trigger === undefined || trigger.kind === "sla" ? ["critical"] : trigger.severities,
    speeds: trigger?.kind === "sla" ? trigger.speeds : ["page"],
    action: action?.kind ?? "rollback",
    prompt: action?.kind === "rollback" || action?.kind === "switch_model" ? (action.prompt ?? "") : "",
    environment: action?.kind === "rollback" || action?.kind === "switch_model" ? action.environment : "production",
    experiment:
      action?.kind === "pause_experiment" || action?.kind === "stop_variant" ? (action.experiment_id ?? "") : "",
    variant: action?.kind === "stop_variant" ? (action.variant ?? "") : "",
    url: action?.kind === "webhook" ? action.url : "",
    direction: action?.kind === "webhook" ? action.direction : "scale_up",
    amount: action?.kind === "webhook" && action.amount != null ? String(action.amount) : "",
    secret: "",
    minimum_samples: String(policy?.minimum_samples ?? 50),
    cooldown_minutes: String(policy?.cooldown_minutes ?? 60),
    daily_cap: String(policy?.daily_cap ?? 3),
    watch_minutes: String(policy?.watch_minutes ?? 15),
  };
}

/** What a stored policy keeps of the form; whether it is on and acts is switched on its page. */
export function bodyOf(values: PolicyValues): Omit<NewPolicy, "enabled" | "dry_run"> {
  const body: Omit<NewPolicy, "enabled" | "dry_run"> = {
    name: values.name.trim(),
    description: values.description.trim(),
    trigger: triggerOf(values),
    action: actionOf(values),
    minimum_samples: Number(values.minimum_samples),
    cooldown_minutes: Number(values.cooldown_minutes),
    daily_cap: Number(values.daily_cap),
    watch_minutes: Number(values.watch_minutes),
  };
  if (values.action === "webhook" && values.secret !== "") body.secret = values.secret;
  return body;
}

function triggerOf(values: PolicyValues): Trigger {
  switch (values.trigger) {
    case "alert":
      return {
        kind: "alert",
        rules: orAny(values.rules),
        severities: values.severities,
        prompts: orAny(values.prompts),
      };
    case "sla":
      return { kind: "sla", slas: orAny(values.slas), speeds: values.speeds };
    case "budget":
      return { kind: "budget", budgets: orAny(values.budgets), severities: values.severities };
  }
}

function actionOf(values: PolicyValues): Action {
  const prompt = textOrNull(values.prompt);
  const environment = values.environment.trim();
  const experiment_id = textOrNull(values.experiment);
  switch (values.action) {
    case "rollback":
    case "switch_model":
      return { kind: values.action, prompt, environment };
    case "pause_experiment":
      return { kind: "pause_experiment", experiment_id };
    case "stop_variant":
      return { kind: "stop_variant", experiment_id, variant: textOrNull(values.variant) };
    case "webhook":
      return {
        kind: "webhook",
        url: values.url.trim(),
        direction: values.direction,
        amount: values.amount.trim() === "" ? null : Number(values.amount),
      };
  }
}

/** What is wrong, by field; a field without a problem is null. */
export function problemsOf(values: PolicyValues): Partial<Record<keyof PolicyValues, string | null>> {
  const prompted = values.action === "rollback" || values.action === "switch_model";
  const scales = values.action === "webhook";
  return {
    name: values.name.trim() === "" ? "Name it, such as Bad version of support-reply" : null,
    severities: values.trigger !== "sla" && values.severities.length === 0 ? "Choose at least one" : null,
    speeds: values.trigger === "sla" && values.speeds.length === 0 ? "Choose at least one" : null,
    environment: prompted && values.environment.trim() === "" ? "Name the environment" : null,
    url: scales && !/^https?:\/\/\S+$/.test(values.url.trim()) ? "Enter a URL that begins with https://" : null,
    amount: scales && values.amount.trim() !== "" ? whole(values.amount, 1, 10_000) : null,
    minimum_samples: whole(values.minimum_samples, 1, 1_000_000),
    cooldown_minutes: whole(values.cooldown_minutes, 0, 10_080),
    daily_cap: whole(values.daily_cap, 1, 100),
    watch_minutes: whole(values.watch_minutes, 1, 1440),
  };
}

/** The field of the form that shows what the API says about its field. */
export function fieldOf(field: string): keyof PolicyValues | null {
  const path = field.replace(/^body\./, "").split(".");
  const last = path.at(-1) ?? "";
  if (last === "experiment_id") return "experiment";
  if (path[0] === "trigger" || path[0] === "action") {
    const known = path.slice(1).find((part) => part in valuesOf(null) && part !== "trigger" && part !== "action");
    return (known ?? path[0]) as keyof PolicyValues;
  }
  return last in valuesOf(null) ? (last as keyof PolicyValues) : null;
}

function whole(text: string, least: number, most: number): string | null {
  const value = Number(text);
  const fits = text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most;
  return fits ? null : `Enter a whole number from ${least} to ${most}`;
}

function orAny(choices: string[]): string[] | null {
  return choices.length === 0 ? null : choices;
}

function textOrNull(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}
