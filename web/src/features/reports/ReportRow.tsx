import { Link } from "react-router";
import type { Report } from "../../api/reports";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import cells from "../../ui/cells.module.css";
import classes from "./Reports.module.css";
import { deliveredText, STATES } from "./words";

export function ReportRow({ report }: { report: Report }) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const { last_run: last } = report;
  const recipients = [
    ...report.addresses,
    ...(report.channels.length > 0 ? [`${report.channels.length} channels`] : []),
  ];
  return (
    <tr>
      <td>
        <Link to={href(`/reports/${report.id}`)} className={cells["link"] ?? ""}>
          {report.name}
        </Link>
        <div className={classes["under"]}>{report.when}</div>
      </td>
      <td>{report.next_at === null ? "Off" : formatTime(report.next_at, "dateMinute", zone)}</td>
      <td>
        {last === null ? "Not yet" : `${STATES[last.state]}: ${last.period}`}
        {last !== null && <div className={classes["under"]}>{deliveredText(last)}</div>}
      </td>
      <td className={classes["under"]}>{recipients.length === 0 ? "Nobody" : recipients.slice(0, 3).join(", ")}</td>
    </tr>
  );
}
