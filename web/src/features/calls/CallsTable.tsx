import { useParams } from "react-router";
import type { CallRow } from "../../api/types";
import { Table } from "../../ui/Table";
import { CallsTableRow } from "./CallsTableRow";
import classes from "./Calls.module.css";

interface Props {
  rows: readonly CallRow[];
  stale: boolean;
  /** Describes the list that a call is opened over, where it is not the page's address that does. */
  search?: URLSearchParams;
}

export function CallsTable({ rows, stale, search }: Props) {
  const { id: open } = useParams();
  return (
    <Table label="Calls" busy={stale} className={classes["table"]}>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Status</th>
          <th scope="col" className={classes["name"]}>
            Prompt
          </th>
          <th scope="col" className={classes["name"]}>
            Model
          </th>
          <th scope="col" className={classes["number"]}>
            Latency
          </th>
          <th scope="col" className={classes["number"]}>
            First token
          </th>
          <th scope="col" className={classes["number"]}>
            Tokens in, out
          </th>
          <th scope="col" className={classes["number"]}>
            Cost
          </th>
          <th scope="col" className={classes["name"]}>
            User
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <CallsTableRow key={row.id} row={row} open={row.id === open} search={search} />
        ))}
      </tbody>
    </Table>
  );
}
