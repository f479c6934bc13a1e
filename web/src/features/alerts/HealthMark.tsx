import { IconAlertTriangle, IconCircleCheck, IconClock, IconPlayerPause } from "@tabler/icons-react";
import type { RuleHealth } from "../../api/alerts";
import { formatAgo } from "../../format/time";
import cells from "../../ui/cells.module.css";
import { Mark } from "../../ui/Mark";

const LOOKS = {
  ok: { icon: IconCircleCheck, tone: "healthy", word: "Evaluated" },
  failing: { icon: IconAlertTriangle, tone: "critical", word: "Cannot be evaluated" },
  waiting: { icon: IconClock, tone: "info", word: "Not evaluated yet" },
  off: { icon: IconPlayerPause, tone: "info", word: "Off" },
} as const;

/** How the evaluation of a rule goes, apart from what it finds. `now`: epoch milliseconds. */
export function HealthMark({ health, now }: { health: RuleHealth; now: number }) {
  const { icon, tone, word } = LOOKS[health.status];
  return (
    <>
      <Mark icon={icon} tone={tone}>
        {word}
        {health.status === "ok" && health.evaluated_at !== null && ` ${formatAgo(health.evaluated_at, now)}`}
      </Mark>
      {health.error !== null && <div className={cells["under"]}>{health.error}</div>}
      {health.note !== "" && <div className={cells["under"]}>{health.note}</div>}
      {health.series !== null && health.series_total !== null && health.series_total > health.series && (
        <div className={cells["under"]}>
          watches {health.series} of {health.series_total} series
        </div>
      )}
    </>
  );
}
