import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { BandName } from "../api/types";
import classes from "./StatusMark.module.css";

const MARKS = {
  healthy: { icon: IconCircleCheck, word: "Healthy" },
  warning: { icon: IconAlertTriangle, word: "Warning" },
  critical: { icon: IconCircleX, word: "Critical" },
} as const;

/** A status as icon, word and colour, so that none of them is needed alone. */
export function StatusMark({ status }: { status: BandName }) {
  const { icon: Icon, word } = MARKS[status];
  return (
    <span className={classes[status]}>
      <Icon size={14} aria-hidden /> {word}
    </span>
  );
}
