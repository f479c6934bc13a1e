import type { Experiment } from "../../../api/experiments";
import { Table } from "../../../ui/Table";
import { ExperimentRow } from "./ExperimentRow";
import classes from "./Experiments.module.css";

interface Props {
  rows: readonly Experiment[];
  stale: boolean;
  /** Epoch milliseconds at which the list was asked. */
  now: number;
}

export function ExperimentsTable({ rows, stale, now }: Props) {
  return (
    <Table label="Experiments" busy={stale} className={classes["table"]}>
      <thead>
        <tr>
          <th scope="col">Title</th>
          <th scope="col">Status</th>
          <th scope="col">Variants</th>
          <th scope="col">Primary metric</th>
          <th scope="col">Progress</th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ExperimentRow key={row.id} experiment={row} now={now} />
        ))}
      </tbody>
    </Table>
  );
}
