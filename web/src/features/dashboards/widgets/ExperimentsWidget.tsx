import { Link } from "react-router";
import type { ExperimentRow } from "../../../api/dashboards";
import { format } from "../../../format/number";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

interface Props {
  title: string;
  rows: readonly ExperimentRow[];
}

/** What is tried, and what it has shown so far. */
export function ExperimentsWidget({ title, rows }: Props) {
  const { ways } = useScene();
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={title}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Experiment</th>
            <th scope="col">Status</th>
            <th scope="col">Result</th>
            <th scope="col" className={classes["number"]}>
              Units
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id ?? row.title}>
              <th scope="row" className={classes["wrap"]}>
                {ways === null || row.id === null ? row.title : <Link to={ways.experiment(row.id)}>{row.title}</Link>}
              </th>
              <td>{row.status}</td>
              <td className={classes["wrap"]}>{row.decision.replaceAll("_", " ")}</td>
              <td className={classes["number"]}>{format(row.units, "count")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
