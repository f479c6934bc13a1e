import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from "@tabler/icons-react";
import type { SlaState } from "../../api/slas";
import classes from "./Slas.module.css";

const STATES = {
  meeting: { icon: IconCircleCheck, word: "Meeting", look: "good" },
  at_risk: { icon: IconAlertTriangle, word: "At risk", look: "warning" },
  violating: { icon: IconCircleX, word: "Violating", look: "bad" },
  no_data: { icon: IconHelpCircle, word: "No data", look: "unknown" },
} as const;

/** Whether an objective is met, as icon, word and colour. */
export function SlaStatus({ state }: { state: SlaState | null }) {
  const { icon: Icon, word, look } = STATES[state?.status ?? "no_data"];
  return (
    <span className={classes[look]}>
      <Icon size={14} aria-hidden /> {state === null ? "Not evaluated yet" : word}
    </span>
  );
}
