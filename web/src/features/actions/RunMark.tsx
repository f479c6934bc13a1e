import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconPointFilled } from "@tabler/icons-react";
import type { RunStatus } from "../../api/actions";
import classes from "./Actions.module.css";
import { RUN_STATUS } from "./words";

const ICONS = {
  good: IconCircleCheck,
  warning: IconAlertTriangle,
  bad: IconCircleX,
  unknown: IconPointFilled,
} as const;

/** What became of an act, as icon, word and colour. */
export function RunMark({ status }: { status: RunStatus }) {
  const { word, look } = RUN_STATUS[status];
  const Icon = ICONS[look];
  return (
    <span className={classes[look]}>
      <Icon size={14} aria-hidden /> {word}
    </span>
  );
}
