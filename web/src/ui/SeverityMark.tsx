import { IconAlertTriangle, IconInfoCircle, IconUrgent } from "@tabler/icons-react";
import type { Severity } from "../api/alerts";
import { Mark } from "./Mark";
import { SEVERITY_WORD } from "./severityWord";

const ICONS = { info: IconInfoCircle, warning: IconAlertTriangle, critical: IconUrgent } as const;

/** How grave something is. */
export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <Mark tone={severity} icon={ICONS[severity]}>
      {SEVERITY_WORD[severity]}
    </Mark>
  );
}
