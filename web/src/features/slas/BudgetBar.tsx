import type { SlaState } from "../../api/slas";
import { format } from "../../format/number";
import classes from "./Slas.module.css";

interface Props {
  name: string;
  state: SlaState;
}

/** How much of the error budget is left. */
export function BudgetBar({ name, state }: Props) {
  const { left_share: left } = state.budget;
  return (
    <div
      className={classes["burn"]}
      data-status={state.status}
      role="img"
      aria-label={`${name}: ${left === null ? "nothing known of its budget" : `${format(left, "percent")} of the error budget left`}`}
    >
      <div className={classes["left"]} style={{ width: `${Math.min(100, Math.max(0, left ?? 0))}%` }} />
    </div>
  );
}
