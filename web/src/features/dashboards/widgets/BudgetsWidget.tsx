import { Link } from "react-router";
import type { BudgetRow } from "../../../api/dashboards";
import { format } from "../../../format/number";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

interface Props {
  title: string;
  rows: readonly BudgetRow[];
}

/** What is spent of each budget, and what it comes to at this rate. */
export function BudgetsWidget({ title, rows }: Props) {
  const { ways } = useScene();
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={title}>
      <ul className={classes["list"]}>
        {rows.map((row) => (
          <li key={row.name}>
            <div className={classes["line"]}>
              {ways === null ? <strong>{row.name}</strong> : <Link to={ways.page("/costs")}>{row.name}</Link>}
              <span className={classes["when"]} data-state={row.state}>
                {row.state.replaceAll("_", " ")}
              </span>
            </div>
            <meter
              className={classes["meter"]}
              aria-label={`Spent of ${row.name}`}
              min={0}
              max={row.amount_usd}
              value={row.spent_usd ?? 0}
            />
            <div className={classes["line"]}>
              <span>
                {format(row.spent_usd, "usd")} of {format(row.amount_usd, "usd")}
              </span>
              <span className={classes["when"]}>
                {row.projected_usd === null ? "no projection yet" : `${format(row.projected_usd, "usd")} at its end`}
              </span>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
