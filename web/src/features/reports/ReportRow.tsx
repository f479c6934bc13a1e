import { Link } from "react-router";
import type { Report } from "../../api/reports";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import cells from "../../ui/cells.module.css";
import { deliveredText, recipientsText, STATES } from "./words";

export function ReportRow({ report }: { report: Report }) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const { last_run: last } = report;
  return (
    <tr>
      <td className={cells["main"]}>
        <Link to={href(`/reports/${report.id}`)} className={cells["link"] ?? ""}>
          {report.name}
        </Link>
        <div className={cells["under"]}>{report.when}</div>
      </td>
      <td data-label="Next" className={cells["few"]}>
        {report.next_at === null ? "Off" : formatTime(report.next_at, "dateMinute", zone)}
      </td>
      <td data-label="Last">
        {last === null ? "Not yet" : `${STATES[last.state]}: ${last.period}`}
        {last !== null && <div className={cells["under"]}>{deliveredText(last)}</div>}
      </td>
      <td data-label="Recipients" className={cells["main"]}>
        {recipientsText(report)}
      </td>
    </tr>
  );
}
