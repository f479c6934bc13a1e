import { IconBell, IconCircleCheck, IconEye, IconFileText, IconShield } from "@tabler/icons-react";
import type { IncidentStatus } from "../../api/incidents";
import { Mark } from "../../ui/Mark";
import { STATUS_WORD } from "./status";

const LOOKS = {
  firing: { icon: IconBell, tone: "critical" },
  acknowledged: { icon: IconEye, tone: "warning" },
  mitigated: { icon: IconShield, tone: "warning" },
  resolved: { icon: IconCircleCheck, tone: "healthy" },
  post_mortem: { icon: IconFileText, tone: "info" },
} as const;

/** Where an incident stands. */
export function IncidentMark({ status }: { status: IncidentStatus }) {
  return <Mark {...LOOKS[status]}>{STATUS_WORD[status]}</Mark>;
}
