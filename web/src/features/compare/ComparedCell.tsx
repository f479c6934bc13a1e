import { IconTrophy } from "@tabler/icons-react";
import type { components } from "../../api/openapi";
import { format, formatExact, type Unit } from "../../format/number";
import classes from "./Compare.module.css";
import { placeText } from "./subjects";

interface Props {
  value: components["schemas"]["ComparedValue"];
  unit: string;
  wins: boolean;
}

/** A value with its bounds and its rank. */
export function ComparedCell({ value: { value, low, high, rank }, unit: named, wins }: Props) {
  const unit = named as Unit;
  return (
    <td data-wins={wins || undefined} title={formatExact(value, unit)}>
      <span className={classes["value"]}>
        {format(value, unit)}
        {rank !== null && <span className={classes["rank"]}>{placeText(rank)}</span>}
        {wins && <IconTrophy size={14} aria-label="best" />}
      </span>
      {low !== null && high !== null && (
        <span className={classes["interval"]}>
          {format(low, unit)} to {format(high, unit)}
        </span>
      )}
    </td>
  );
}
