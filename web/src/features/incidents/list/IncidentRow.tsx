import { Link, useNavigate } from "react-router";
import type { Incident } from "../../../api/incidents";
import { minutesText } from "../../../format/duration";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { SeverityMark } from "../../../ui/SeverityMark";
import { IncidentMark } from "../IncidentMark";
import cells from "../../../ui/cells.module.css";

const MINUTE_MS = 60_000;

export function IncidentRow({ incident, now }: { incident: Incident; now: number }) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const navigate = useNavigate();
  const to = href(`/incidents/${incident.id}`);
  const end = incident.resolved_at === null ? now : Date.parse(incident.resolved_at);
  const minutes = Math.max(1, Math.round((end - Date.parse(incident.began_at)) / MINUTE_MS));
  return (
    <tr className={cells["row"]} onClick={() => void navigate(to)}>
      <td className={cells["main"]}>
        <Link to={to} className={cells["link"] ?? ""} onClick={(event) => event.stopPropagation()}>
          {incident.title}
        </Link>
        {incident.cause !== null && <div className={cells["under"]}>{incident.cause}</div>}
      </td>
      <td data-label="Status">
        <IncidentMark status={incident.status} />
        {incident.resolved_by_itself && <div className={cells["under"]}>by itself</div>}
      </td>
      <td data-label="Severity">
        <SeverityMark severity={incident.severity} />
        <div className={cells["under"]}>{incident.alerts === 1 ? "1 alert" : `${incident.alerts} alerts`}</div>
      </td>
      <td data-label="Began" className={cells["few"]}>
        {formatTime(incident.began_at, "dateMinute", zone)}
      </td>
      <td data-label="Lasted">
        {minutesText(minutes)}
        {incident.resolved_at === null && " so far"}
      </td>
      <td data-label="Assigned to">{incident.assignee?.name ?? incident.assignee?.email ?? "nobody"}</td>
    </tr>
  );
}
