import { Link } from "react-router";
import type { DashboardSummary } from "../../../api/dashboards";
import { useHref } from "../../../state/useHref";
import { dashboardPath } from "../dashboardPath";
import classes from "./Dashboards.module.css";
import { DashboardMenu } from "./DashboardMenu";

/** A dashboard that comes with the product. */
export function ReadyMadeCard({ dashboard }: { dashboard: DashboardSummary }) {
  const href = useHref();
  const { id, name, description, widgets } = dashboard;
  return (
    <article className={classes["card"]}>
      <Link className={classes["cardName"] ?? ""} to={href(dashboardPath(id))}>
        {name}
      </Link>
      <p className={classes["about"]}>{description}</p>
      <div className={classes["cardActions"]}>
        {widgets} widgets, ready made
        <DashboardMenu dashboard={dashboard} />
      </div>
    </article>
  );
}
