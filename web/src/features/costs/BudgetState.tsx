import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from "@tabler/icons-react";
import type { Budget } from "../../api/costs";
import classes from "./Costs.module.css";

const STATES = {
  ok: { icon: IconCircleCheck, word: "On track", look: "good" },
  at_risk: { icon: IconAlertTriangle, word: "Will be crossed", look: "warning" },
  over: { icon: IconCircleX, word: "Crossed", look: "bad" },
  unknown: { icon: IconHelpCircle, word: "Not known yet", look: "unknown" },
} as const;

/** Where a budget stands, as icon, word and colour. */
export function BudgetState({ state }: { state: Budget["state"] }) {
  const { icon: Icon, word, look } = STATES[state];
  return (
    <span className={classes[look]}>
      <Icon size={14} aria-hidden /> {word}
    </span>
  );
}
