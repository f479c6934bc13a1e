import { Link } from "react-router";
import { formatExact } from "../../format/number";
import classes from "../ChartTable.module.css";
import type { CategoryChart } from "./prepareCategories";

/** The numbers of a pie or of bars, for reading. */
export function CategoryTable({ chart, title }: { chart: CategoryChart; title: string }) {
  const shares = chart.categories.some(({ share }) => share !== null);
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">{chart.label}</th>
            {shares && <th scope="col">Share</th>}
          </tr>
        </thead>
        <tbody>
          {chart.categories.map(({ key, label, value, share, href }) => (
            <tr key={key}>
              <th scope="row">{href === null ? label : <Link to={href}>{label}</Link>}</th>
              <td>{formatExact(value, chart.unit)}</td>
              {shares && <td>{formatExact(share, "percent")}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
