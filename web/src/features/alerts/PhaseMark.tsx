import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconTrendingDown,
} from "@tabler/icons-react";
import type { RulePhase } from "../../api/alerts";
import { Mark } from "../../ui/Mark";
import { PHASE_WORD } from "./words";

const LOOKS = {
  firing: { icon: IconAlertTriangle, tone: "critical" },
  pending: { icon: IconHourglass, tone: "warning" },
  recovering: { icon: IconTrendingDown, tone: "warning" },
  no_data: { icon: IconCircleDashed, tone: "info" },
  ok: { icon: IconCircleCheck, tone: "healthy" },
} as const;

/** How a rule or one of its series is. */
export function PhaseMark({ phase, note = "" }: { phase: RulePhase; note?: string }) {
  return (
    <Mark {...LOOKS[phase]}>
      {PHASE_WORD[phase]}
      {note}
    </Mark>
  );
}
