import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Alert } from "../../api/alerts";
import { minutesText } from "../../format/duration";
import { format, formatExact } from "../../format/number";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { SeverityMark } from "../../ui/SeverityMark";
import cells from "../../ui/cells.module.css";
import { callsWhere } from "./callsWhere";
import { sourcePath } from "./sourcePath";
import { useDimensionLabels } from "./useDimensionLabels";
import { seriesText, SOURCE_WORD } from "./words";

const MINUTE_MS = 60_000;

interface Props {
  alert: Alert;
  now: number;
  onSilence: ((alert: Alert) => void) | null;
  /** It stands on the page of its incident. */
  ofIncident: boolean;
}

/** One alert of a table. */
export function AlertLine({ alert, now, onSilence, ofIncident }: Props) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const fired = Date.parse(alert.fired_at);
  const over = alert.cleared_at === null ? null : Date.parse(alert.cleared_at);
  const minutes = Math.max(1, Math.round(((over ?? now) - fired) / MINUTE_MS));
  const whose = seriesText(alert.group, useDimensionLabels());
  const value = over === null ? alert.value : alert.peak;
  const calls = href("/calls", callsWhere(alert.where, alert.group), {
    range: { start: Date.parse(alert.since) - alert.window_s * 1000, end: over ?? now },
    prompts: [],
    environment: null,
  });
  return (
    <tr>
      <td className={cells["main"]}>
        <Link to={href(sourcePath(alert.source, alert.source_id))} className={cells["link"] ?? ""}>
          {alert.name}
        </Link>
        {whose !== "" && <div className={cells["under"]}>{whose}</div>}
        {alert.text !== "" && <div className={cells["under"]}>{alert.text}</div>}
      </td>
      <td data-label="Severity">
        <SeverityMark severity={alert.severity} />
        {alert.source !== "rule" && <div className={cells["under"]}>{SOURCE_WORD[alert.source]}</div>}
      </td>
      <td data-label={over === null ? "Value" : "Worst"} className={cells["few"]}>
        <Link to={calls} title={`See the calls, ${formatExact(value, alert.unit)}`}>
          {value === null ? "no data" : format(value, alert.unit)}
        </Link>
        {alert.threshold !== null && (
          <div className={cells["under"]}>
            {alert.direction} {format(alert.threshold, alert.unit)}
          </div>
        )}
      </td>
      <td data-label="Fired">
        <span className={cells["few"]}>{formatTime(fired, "dateMinute", zone)}</span>
        <div className={cells["under"]}>
          {over === null ? `for ${minutesText(minutes)} so far` : `for ${minutesText(minutes)}`}
          {over !== null && alert.clear_reason !== "" && `, ${alert.clear_reason}`}
        </div>
      </td>
      <td data-label="Told">
        {alert.incident_id !== null && !ofIncident && (
          <Link to={href(`/incidents/${alert.incident_id}`)}>Incident</Link>
        )}
        <div className={`${cells["under"]} ${cells["few"]}`}>{toldWord(alert, zone)}</div>
      </td>
      {onSilence !== null && (
        <td className={cells["end"]}>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => onSilence(alert)}
            aria-label={`Silence ${alert.name}${whose === "" ? "" : `, ${whose}`}`}
          >
            Silence
          </Button>
        </td>
      )}
    </tr>
  );
}

function toldWord({ silence_id: silence, notified_at: notified }: Alert, zone: string): string {
  if (silence !== null) return "nobody: silenced";
  return notified === null ? "nobody yet: quiet hours" : formatTime(notified, "dateMinute", zone);
}
