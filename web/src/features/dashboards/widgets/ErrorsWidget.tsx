import { Link } from "react-router";
import type { ErrorRow } from "../../../api/dashboards";
import { format, formatExact } from "../../../format/number";
import { formatAgo, formatTime } from "../../../format/time";
import type { Range } from "../../../state/range";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

interface Props {
  title: string;
  rows: readonly ErrorRow[];
  range: Range;
}

/** The commonest failures, each with its newest call. */
export function ErrorsWidget({ title, rows, range }: Props) {
  const { ways, now, timeZone } = useScene();
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={title}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Failure</th>
            <th scope="col" className={classes["number"]}>
              Calls
            </th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.error_type} ${row.title}`}>
              <th scope="row" className={classes["wrap"]}>
                {ways === null || row.call_id === null ? (
                  row.title
                ) : (
                  <Link to={ways.call(row.call_id, range)} title="See its newest call">
                    {row.title}
                  </Link>
                )}
                <div className={classes["muted"]}>{row.error_type.replaceAll("_", " ")}</div>
              </th>
              <td className={classes["number"]} title={formatExact(row.calls, "count")}>
                {format(row.calls, "count")}
              </td>
              <td title={formatTime(row.last_at, "dateSecond", timeZone)}>{formatAgo(row.last_at, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
