import { Link } from "react-router";
import { formatTime } from "../format/time";
import classes from "./ChartTable.module.css";
import type { Mark } from "./marks";
import { pointText } from "./pointText";
import type { TimeChart } from "./prepare";

interface Props {
  chart: TimeChart;
  title: string;
  /** The page with the calls between two moments, epoch milliseconds; null for people who may not see them. */
  callsHref: ((start: number, end: number) => string) | null;
}

/** The chart's numbers for reading; each time leads to its calls. Newest first. */
export function ChartTable({ chart, title, callsHref }: Props) {
  const columns = chart.previous === null ? chart.series : [...chart.series, chart.previous];
  const size = (chart.buckets[1] ?? 0) - (chart.buckets[0] ?? 0);
  const rows = chart.buckets.map((at, index) => ({ at, index })).reverse();
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.map(({ key, label }) => (
              <th key={key} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, index }) => (
            <tr key={at}>
              <th scope="row">
                {callsHref === null ? (
                  formatTime(at, "dateMinute", chart.timeZone)
                ) : (
                  <Link to={callsHref(at, chart.buckets[index + 1] ?? at + size)}>
                    {formatTime(at, "dateMinute", chart.timeZone)}
                  </Link>
                )}
                {happened(chart.marks, index).map(({ id, text }) => (
                  <div key={id} className={classes["happening"]}>
                    {text}
                  </div>
                ))}
              </th>
              {columns.map((series) => (
                <td key={series.key}>{pointText(series, index)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function happened(marks: readonly Mark[], bucket: number): Mark["happenings"] {
  return marks.flatMap(({ happenings }) => happenings.filter(({ index }) => index === bucket));
}
