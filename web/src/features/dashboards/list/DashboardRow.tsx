import { Link } from "react-router";
import type { DashboardSummary } from "../../../api/dashboards";
import { formatAgo, formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { dashboardPath } from "../dashboardPath";
import { DashboardMenu } from "./DashboardMenu";
import classes from "./Dashboards.module.css";

interface Props {
  dashboard: DashboardSummary;
  /** Epoch milliseconds at which the list was asked. */
  now: number;
}

export function DashboardRow({ dashboard, now }: Props) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const { id, name, description, widgets, shares, updated_at: at, updated_by: by } = dashboard;
  return (
    <tr>
      <th scope="row" className={classes["name"]}>
        <Link to={href(dashboardPath(id))}>{name}</Link>
        {description !== "" && <div className={classes["under"]}>{description}</div>}
      </th>
      <td>{widgets}</td>
      <td>{shares === 0 ? "not shared" : shares === 1 ? "1 link" : `${shares} links`}</td>
      <td title={formatTime(at, "dateSecond", zone)}>
        {formatAgo(at, now)}
        <div className={classes["under"]}>{by}</div>
      </td>
      <td>
        <DashboardMenu dashboard={dashboard} />
      </td>
    </tr>
  );
}
