import { IconAlertTriangle, IconInfoCircle, IconUrgent } from "@tabler/icons-react";
import { Link } from "react-router";
import type { AlertRow } from "../../../api/dashboards";
import { formatAgo, formatTime } from "../../../format/time";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

const ICONS = new Map([
  ["critical", IconUrgent],
  ["warning", IconAlertTriangle],
]);

interface Props {
  title: string;
  rows: readonly AlertRow[];
}

/** What needs attention, the severest first. */
export function AlertsWidget({ title, rows }: Props) {
  const { now, timeZone, ways } = useScene();
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={title}>
      <ul className={classes["list"]}>
        {rows.map((row) => {
          const Icon = ICONS.get(row.severity) ?? IconInfoCircle;
          return (
            <li
              key={`${row.title} ${row.series} ${row.since}`}
              className={classes["line"]}
              data-severity={row.severity}
            >
              <Icon size={16} aria-hidden />
              {ways === null ? (
                <strong>{row.title}</strong>
              ) : (
                <Link to={ways.page(row.incident_id === null ? "/alerts" : `/incidents/${row.incident_id}`)}>
                  {row.title}
                </Link>
              )}
              {row.series !== "" && <span>{row.series}</span>}
              <span>
                {row.severity}, {row.state}
              </span>
              <span className={classes["when"]} title={formatTime(row.since, "dateSecond", timeZone)}>
                {formatAgo(row.since, now)}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
