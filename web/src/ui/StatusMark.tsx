import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { BandName } from "../api/types";
import { Mark } from "./Mark";

const MARKS = {
  healthy: { icon: IconCircleCheck, word: "Healthy" },
  warning: { icon: IconAlertTriangle, word: "Warning" },
  critical: { icon: IconCircleX, word: "Critical" },
} as const;

/** In which band of its metric a value lies. */
export function StatusMark({ status }: { status: BandName }) {
  const { icon, word } = MARKS[status];
  return (
    <Mark tone={status} icon={icon}>
      {word}
    </Mark>
  );
}
