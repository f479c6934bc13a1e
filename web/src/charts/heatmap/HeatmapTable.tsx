import { format, formatExact } from "../../format/number";
import { formatTime } from "../../format/time";
import classes from "../ChartTable.module.css";
import type { Heatmap } from "./prepareHeatmap";

/** The counts of a heatmap for reading: times down, values across; newest first. */
export function HeatmapTable({ heat, title }: { heat: Heatmap; title: string }) {
  const used = new Set(heat.cells.map(({ bin }) => bin));
  const columns = heat.bins.flatMap((bin, index) => (used.has(index) ? [{ ...bin, index }] : []));
  const counts = new Map(heat.cells.map(({ bucket, bin, count }) => [`${bucket} ${bin}`, count]));
  const rows = heat.buckets.map((at, index) => ({ at, index })).reverse();
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.map(({ low, index }) => (
              <th key={index} scope="col">
                from {format(low, heat.unit)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, index }) => (
            <tr key={at}>
              <th scope="row">{formatTime(at, "dateMinute", heat.timeZone)}</th>
              {columns.map((column) => (
                <td key={column.index}>{formatExact(counts.get(`${index} ${column.index}`) ?? 0, "count")}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
