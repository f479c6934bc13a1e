import { IconFlag, IconPencil, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import type { ExperimentStatus } from "../../api/experiments";
import classes from "./Marks.module.css";
import { STATUS_WORD } from "./words";

const ICONS = {
  draft: IconPencil,
  running: IconPlayerPlay,
  paused: IconPlayerPause,
  concluded: IconFlag,
} as const;

/** Where an experiment stands: icon, word and colour. */
export function StatusMark({ status }: { status: ExperimentStatus }) {
  const Icon = ICONS[status];
  return (
    <span className={classes["mark"]} data-tone={TONES[status]}>
      <Icon size={14} aria-hidden /> {STATUS_WORD[status]}
    </span>
  );
}

const TONES: Record<ExperimentStatus, string> = {
  draft: "quiet",
  running: "good",
  paused: "warning",
  concluded: "accent",
};
