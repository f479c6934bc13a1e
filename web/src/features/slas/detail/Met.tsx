import { IconCheck, IconX } from "@tabler/icons-react";
import classes from "../Slas.module.css";

/** Whether a target was met; null: nobody can tell. */
export function Met({ met }: { met: boolean | null }) {
  if (met === null) return <span className={classes["unknown"]}>No calls</span>;
  return met ? (
    <span className={classes["good"]}>
      <IconCheck size={14} aria-hidden /> Met
    </span>
  ) : (
    <span className={classes["bad"]}>
      <IconX size={14} aria-hidden /> Missed
    </span>
  );
}
