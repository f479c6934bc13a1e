import { IconAlertTriangle, IconCircleCheck, IconClock, IconPlayerPause } from "@tabler/icons-react";
import type { RuleHealth } from "../../api/alerts";
import { formatAgo } from "../../format/time";
import marks from "../../ui/StatusMark.module.css";
import classes from "./Alerts.module.css";

const LOOKS = {
  ok: { icon: IconCircleCheck, colour: "healthy", word: "Evaluated" },
  failing: { icon: IconAlertTriangle, colour: "critical", word: "Cannot be evaluated" },
  waiting: { icon: IconClock, colour: "info", word: "Not evaluated yet" },
  off: { icon: IconPlayerPause, colour: "info", word: "Off" },
} as const;

/** How the evaluation of a rule goes, apart from what it finds. `now`: epoch milliseconds. */
export function HealthMark({ health, now }: { health: RuleHealth; now: number }) {
  const { icon: Icon, colour, word } = LOOKS[health.status];
  return (
    <>
      <span className={marks[colour]}>
        <Icon size={14} aria-hidden /> {word}
        {health.status === "ok" && health.evaluated_at !== null && ` ${formatAgo(health.evaluated_at, now)}`}
      </span>
      {health.error !== null && <div className={classes["under"]}>{health.error}</div>}
      {health.note !== "" && <div className={classes["under"]}>{health.note}</div>}
      {health.series !== null && health.series_total !== null && health.series_total > health.series && (
        <div className={classes["under"]}>
          watches {health.series} of {health.series_total} series
        </div>
      )}
    </>
  );
}
