import type { Action, Policy, RunStatus, Trigger } from "../../api/actions";
import type { Tone } from "../../ui/Mark";

export const TRIGGERS: Record<Trigger["kind"], { label: string; hint: string }> = {
  alert: { label: "An alert fires", hint: "Of any rule, or of those you choose." },
  sla: { label: "An error budget burns", hint: "Of an SLA: too fast, or spent." },
  budget: { label: "A cost budget alerts", hint: "It is used up, or will be." },
};

export const ACTIONS: Record<Action["kind"], { label: string; hint: string }> = {
  rollback: { label: "Roll the prompt back", hint: "Serves the version that was served before." },
  switch_model: {
    label: "Switch to the fallback model",
    hint: "Serves the present version with config.fallback_model as its model.",
  },
  pause_experiment: { label: "Pause the experiment", hint: "It takes no new units; those in it keep their variant." },
  stop_variant: { label: "Stop a variant", hint: "Its units get the control from now on, and do not count." },
  webhook: { label: "Tell another system to scale", hint: "A signed POST to your autoscaler." },
};

export const RUN_STATUS: Record<RunStatus, { word: string; tone: Tone }> = {
  waiting: { word: "Waiting", tone: "info" },
  acting: { word: "Acting", tone: "warning" },
  watching: { word: "Watching the metric", tone: "warning" },
  recovered: { word: "Recovered", tone: "healthy" },
  escalated: { word: "Escalated", tone: "critical" },
  skipped: { word: "Not done", tone: "info" },
  failed: { word: "Failed", tone: "critical" },
  unknown: { word: "Not known", tone: "critical" },
  dry_run: { word: "Dry run", tone: "info" },
  reverted: { word: "Undone", tone: "info" },
};

/** "a critical alert about support-reply". */
export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case "alert": {
      const about = trigger.prompts?.length ? ` about ${trigger.prompts.join(" or ")}` : "";
      const of = trigger.rules?.length
        ? ` of ${trigger.rules.length === 1 ? "a rule" : `${trigger.rules.length} rules`}`
        : "";
      return `a ${trigger.severities.join(" or ")} alert${of}${about} fires`;
    }
    case "sla":
      return `an error budget ${trigger.speeds.map((speed) => SPEED[speed]).join(" or ")}`;
    case "budget":
      return `a cost budget has a ${trigger.severities.join(" or ")} alert`;
  }
}

export const SPEED = { page: "burns very fast", ticket: "burns fast", spent: "is spent" } as const;

/** "roll support-reply back in production". */
export function actionText(action: Action): string {
  switch (action.kind) {
    case "rollback":
      return `roll ${action.prompt ?? "the prompt it names"} back in ${action.environment}`;
    case "switch_model":
      return `serve ${action.prompt ?? "the prompt it names"} with its fallback model in ${action.environment}`;
    case "pause_experiment":
      return "pause the experiment";
    case "stop_variant":
      return `stop ${action.variant ?? "the variant it names"}`;
    case "webhook":
      return `tell ${hostOf(action.url)} to scale ${action.direction === "scale_up" ? "up" : "down"}${
        action.amount == null ? "" : ` by ${action.amount}`
      }`;
  }
}

export function policyText({ trigger, action }: Pick<Policy, "trigger" | "action">): string {
  return `When ${triggerText(trigger)}, ${actionText(action)}.`;
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "the receiver";
  }
}
