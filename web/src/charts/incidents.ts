import type { Incident } from "../api/incidents";
import type { Happening } from "./marks";

/** What charts of `prompts` (none: all) and `environment` (null: all) tell of incidents: when each began; not of what is only to be known. */
export function incidentHappenings(
  incidents: readonly Incident[],
  prompts: readonly (string | null)[],
  environment: string | null,
): Happening[] {
  const shown = incidents.filter(
    ({ scope, severity }) =>
      severity !== "info" &&
      concerns(scope["prompt_id"], prompts) &&
      concerns(scope["environment"], environment === null ? [] : [environment]),
  );
  return shown.map((one) => ({
    id: one.id,
    at: Date.parse(one.began_at),
    kind: "incident",
    label: "⚠ incident",
    text: `${one.severity} incident: ${one.title}`,
  }));
}

/** An incident without a value of its own may concern all; a chart without one shows all. */
function concerns(values: readonly (string | null)[] | undefined, chosen: readonly (string | null)[]): boolean {
  if (values === undefined || values.length === 0 || chosen.length === 0) return true;
  return values.some((value) => chosen.includes(value));
}
