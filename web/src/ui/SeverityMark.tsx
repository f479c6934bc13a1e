import { IconAlertTriangle, IconInfoCircle, IconUrgent } from "@tabler/icons-react";
import type { Severity } from "../api/alerts";
import { SEVERITY_WORD } from "./severityWord";
import classes from "./StatusMark.module.css";

const LOOKS = {
  info: { icon: IconInfoCircle, colour: "info" },
  warning: { icon: IconAlertTriangle, colour: "warning" },
  critical: { icon: IconUrgent, colour: "critical" },
} as const;

/** How grave something is, as icon, word and colour. */
export function SeverityMark({ severity }: { severity: Severity }) {
  const { icon: Icon, colour } = LOOKS[severity];
  return (
    <span className={classes[colour]}>
      <Icon size={14} aria-hidden /> {SEVERITY_WORD[severity]}
    </span>
  );
}
