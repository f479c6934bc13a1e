import type { AuditEntry } from "../../api/types";

/** The new values of a change in one line. */
export function detailText(detail: AuditEntry["detail"]): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${value === null ? "none" : String(value)}`)
    .join(", ");
}
