import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconTrendingDown,
} from "@tabler/icons-react";
import type { RulePhase } from "../../api/alerts";
import classes from "../../ui/StatusMark.module.css";
import { PHASE_WORD } from "./words";

const LOOKS = {
  firing: { icon: IconAlertTriangle, colour: "critical" },
  pending: { icon: IconHourglass, colour: "warning" },
  recovering: { icon: IconTrendingDown, colour: "warning" },
  no_data: { icon: IconCircleDashed, colour: "info" },
  ok: { icon: IconCircleCheck, colour: "healthy" },
} as const;

/** How a rule or one of its series is, as icon, word and colour. */
export function PhaseMark({ phase, note = "" }: { phase: RulePhase; note?: string }) {
  const { icon: Icon, colour } = LOOKS[phase];
  return (
    <span className={classes[colour]}>
      <Icon size={14} aria-hidden /> {PHASE_WORD[phase]}
      {note}
    </span>
  );
}
