import type { SlaDay } from "../../../api/slas";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import classes from "../Slas.module.css";

interface Props {
  name: string;
  days: readonly SlaDay[];
}

/** A bar a day: kept, not kept, no calls. The table below says the same. */
export function DayStrip({ name, days }: Props) {
  const missed = days.filter(({ met }) => met === false).length;
  return (
    <>
      <div
        className={classes["strip"]}
        role="img"
        aria-label={`${name}: below its target on ${missed} of ${days.length} days`}
      >
        {days.map((day) => (
          <div
            key={day.day}
            className={classes["day"]}
            data-met={day.met === null ? "unknown" : day.met ? "yes" : "no"}
            title={`${dayText(day.day)}: ${day.met === null ? "no calls" : format(day.compliance, "percent")}`}
          />
        ))}
      </div>
      <div className={classes["ends"]} aria-hidden>
        <span>{days[0] === undefined ? "" : dayText(days[0].day)}</span>
        <span>{missed === 0 ? "target met every day" : `below target on ${missed}`}</span>
        <span>today</span>
      </div>
    </>
  );
}

function dayText(day: string): string {
  return formatTime(`${day}T00:00:00Z`, "day", "UTC");
}
