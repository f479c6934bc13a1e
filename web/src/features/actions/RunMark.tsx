import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconPointFilled } from "@tabler/icons-react";
import type { RunStatus } from "../../api/actions";
import { Mark } from "../../ui/Mark";
import { RUN_STATUS } from "./words";

const ICONS = {
  healthy: IconCircleCheck,
  warning: IconAlertTriangle,
  critical: IconCircleX,
  info: IconPointFilled,
} as const;

/** What became of an act. */
export function RunMark({ status }: { status: RunStatus }) {
  const { word, tone } = RUN_STATUS[status];
  return (
    <Mark tone={tone} icon={ICONS[tone]}>
      {word}
    </Mark>
  );
}
