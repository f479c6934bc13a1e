import type { Severity } from "../api/alerts";

export const SEVERITY_WORD: Record<Severity, string> = { info: "Info", warning: "Warning", critical: "Critical" };

/** The least grave first, as forms offer them. */
export const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];
