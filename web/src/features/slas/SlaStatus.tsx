import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from "@tabler/icons-react";
import type { SlaState } from "../../api/slas";
import { Mark } from "../../ui/Mark";

const STATES = {
  meeting: { icon: IconCircleCheck, word: "Meeting", tone: "healthy" },
  at_risk: { icon: IconAlertTriangle, word: "At risk", tone: "warning" },
  violating: { icon: IconCircleX, word: "Violating", tone: "critical" },
  no_data: { icon: IconHelpCircle, word: "No data", tone: "info" },
} as const;

/** Whether an objective is met. */
export function SlaStatus({ state }: { state: SlaState | null }) {
  const { icon, word, tone } = STATES[state?.status ?? "no_data"];
  return (
    <Mark icon={icon} tone={tone}>
      {state === null ? "Not evaluated yet" : word}
    </Mark>
  );
}
