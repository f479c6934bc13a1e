import { formatChange } from "../../../format/number";
import classes from "./Results.module.css";

/** What the plots below are measured on. */
export function LiftScale({ end }: { end: number }) {
  return (
    <span
      className={classes["scale"]}
      aria-label={`Scale from ${formatChange(-end)} to ${formatChange(end)}`}
      role="img"
    >
      <span>{formatChange(-end)}</span>
      <span>0</span>
      <span>{formatChange(end)}</span>
    </span>
  );
}
