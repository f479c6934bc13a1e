import type { ReactNode } from "react";
import type { Experiment } from "../../../api/experiments";
import { Table } from "../../../ui/Table";
import { LiftScale } from "./LiftScale";
import classes from "./Results.module.css";

interface Props {
  label: string;
  /** What the units of the rows are. */
  unit: Experiment["unit"];
  /** Over the values. */
  valueHead: string | undefined;
  /** Where the scale of the lifts ends. */
  end: number;
  busy: boolean;
  children: ReactNode;
}

/** Variants beside control: its rows are `ResultRow`s. */
export function LiftTable({ label, unit, valueHead, end, busy, children }: Props) {
  return (
    <Table label={label} busy={busy} className={classes["table"]}>
      <thead>
        <tr>
          <th scope="col">Variant</th>
          <th scope="col" className={classes["number"]}>
            {unit === "user" ? "Users" : "Sessions"}
          </th>
          <th scope="col" className={classes["number"]}>
            {valueHead}
          </th>
          <th scope="col" className={classes["number"]}>
            Lift
          </th>
          <th scope="col">
            <LiftScale end={end} />
          </th>
          <th scope="col">Against control</th>
          <th scope="col" className={classes["number"]}>
            Chance to win
          </th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </Table>
  );
}
