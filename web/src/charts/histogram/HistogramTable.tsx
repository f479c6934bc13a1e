import { formatExact } from "../../format/number";
import classes from "../ChartTable.module.css";
import type { Histogram } from "./prepareHistogram";

/** The counts of a histogram, for reading. */
export function HistogramTable({ chart, title }: { chart: Histogram; title: string }) {
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Calls</th>
          </tr>
        </thead>
        <tbody>
          {chart.bins.map(({ low, high }, index) => (
            <tr key={low}>
              <th scope="row">{formatExact(low, chart.unit)}</th>
              <td>{formatExact(high, chart.unit)}</td>
              <td>{formatExact(chart.counts[index], "count")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
