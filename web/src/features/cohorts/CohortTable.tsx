import { Link } from "react-router";
import { format, formatExact, type Unit } from "../../format/number";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Table } from "../../ui/Table";
import { callsOf } from "./choices";
import classes from "./Cohorts.module.css";
import type { CohortsAnswer } from "./useCohorts";

interface Props {
  answer: CohortsAnswer;
  by: string;
  stale: boolean;
}

/** One row a cohort; behind each number a bar as long as it is beside the largest of its column. */
export function CohortTable({ answer: { definition, metrics, cohorts }, by, stale }: Props) {
  const href = useHref();
  if (cohorts.length === 0) {
    return <Empty title="No calls in this time range">Choose a longer range or other filters.</Empty>;
  }
  const largest = new Map(
    metrics.map(({ key }) => [key, Math.max(...cohorts.map(({ values }) => Math.abs(values[key] ?? 0)))]),
  );
  return (
    <>
      <Table label="Cohorts" busy={stale} className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Cohort</th>
            {metrics.map(({ key, label }) => (
              <th key={key} scope="col" className={classes["number"]}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cohorts.map(({ key, label, values }) => {
            const calls = callsOf(by, key);
            return (
              <tr key={key ?? ""}>
                <th scope="row">
                  {calls === null ? (
                    label
                  ) : (
                    <Link to={href("/calls", calls)} title="See the calls">
                      {label}
                    </Link>
                  )}
                </th>
                {metrics.map(({ key: metric, unit }) => {
                  const value = values[metric] ?? null;
                  const most = largest.get(metric) ?? 0;
                  return (
                    <td key={metric} title={formatExact(value, unit as Unit)} className={classes["number"]}>
                      <span
                        className={classes["bar"]}
                        style={{ width: `${most === 0 ? 0 : (100 * Math.abs(value ?? 0)) / most}%` }}
                        aria-hidden
                      />
                      <span className={classes["value"]}>{format(value, unit as Unit)}</span>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </Table>
      <p className={classes["definition"]}>{definition}</p>
    </>
  );
}
