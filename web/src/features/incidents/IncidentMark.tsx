import { IconBell, IconCircleCheck, IconEye, IconFileText, IconShield } from "@tabler/icons-react";
import type { IncidentStatus } from "../../api/incidents";
import classes from "./Incidents.module.css";
import { STATUS_WORD } from "./status";

const LOOKS = {
  firing: { icon: IconBell, look: "bad" },
  acknowledged: { icon: IconEye, look: "warning" },
  mitigated: { icon: IconShield, look: "warning" },
  resolved: { icon: IconCircleCheck, look: "good" },
  post_mortem: { icon: IconFileText, look: "unknown" },
} as const;

/** Where an incident stands, as icon, word and colour. */
export function IncidentMark({ status }: { status: IncidentStatus }) {
  const { icon: Icon, look } = LOOKS[status];
  return (
    <span className={classes[look]}>
      <Icon size={14} aria-hidden /> {STATUS_WORD[status]}
    </span>
  );
}
