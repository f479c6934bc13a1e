import { useState } from "react";
import { Link } from "react-router";
import { format, formatExact } from "../../../format/number";
import { bandOf } from "../../../format/status";
import { SortHeader, type Sort } from "../../../ui/SortHeader";
import { StatusMark } from "../../../ui/StatusMark";
import { dimensionLabel } from "../dimensionLabel";
import type { NumberTable } from "./prepareWidget";
import { useScene } from "./SceneContext";
import { sortedRows } from "./sortedRows";
import classes from "./Widget.module.css";

interface Props {
  title: string;
  table: NumberTable;
}

/** A row for each group; its name leads to its calls. */
export function TableWidget({ title, table }: Props) {
  const { metrics: known } = useScene();
  const { dimensions, metrics, rows, total } = table;
  const [sort, setSort] = useState<Sort>({ by: metrics[0]?.key ?? "", descending: true });
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={title}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            {dimensions.map((dimension) => (
              <SortHeader
                key={dimension}
                label={dimensionLabel(dimension)}
                by={dimension}
                text
                sort={sort}
                onSort={setSort}
              />
            ))}
            {metrics.map(({ key, label }) => (
              <SortHeader key={key} label={label} by={key} sort={sort} onSort={setSort} className={classes["number"]} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortedRows(table, sort).map(({ key, names, values, href }) => (
            <tr key={key}>
              {names.map((name, index) => {
                const dimension = dimensions[index] ?? "";
                const text = name ?? `no ${dimensionLabel(dimension).toLowerCase()}`;
                return (
                  <th key={dimension} scope="row" title={text}>
                    {href === null || index > 0 ? text : <Link to={href}>{text}</Link>}
                  </th>
                );
              })}
              {values.map((value, index) => {
                const metric = metrics[index];
                if (metric === undefined) return null;
                const status = bandOf(value, known?.get(metric.key)?.bands);
                return (
                  <td key={metric.key} className={classes["number"]} title={formatExact(value, metric.unit)}>
                    {status !== null && status !== "healthy" && <StatusMark status={status} />}{" "}
                    {format(value, metric.unit)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {total > rows.length && (
        <p className={classes["more"]}>
          {rows.length} of {total}, those with the largest {metrics[0]?.label}
        </p>
      )}
    </div>
  );
}
