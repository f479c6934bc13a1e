import { Button } from "@mantine/core";
import { useState } from "react";
import type { SlaDay, SlaHistory } from "../../../api/slas";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { Table } from "../../../ui/Table";
import cells from "../../../ui/cells.module.css";
import { Met } from "./Met";

const SHOWN = 7;

interface Props {
  days: readonly SlaDay[];
  counted: SlaHistory["counted"];
}

/** The days as numbers, the newest first. */
export function HistoryTable({ days, counted }: Props) {
  const [all, setAll] = useState(false);
  const newest = days.toReversed();
  return (
    <>
      <Table label="Compliance by day" roomy>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" className={cells["number"]}>
              Good
            </th>
            <th scope="col" className={cells["number"]}>
              Bad {counted}
            </th>
            <th scope="col" className={cells["number"]}>
              Budget left
            </th>
            <th scope="col">Target</th>
          </tr>
        </thead>
        <tbody>
          {(all ? newest : newest.slice(0, SHOWN)).map((day) => (
            <tr key={day.day}>
              <td>
                {formatTime(`${day.day}T00:00:00Z`, "weekday", "UTC")}
                {day.partial && " so far"}
              </td>
              <td className={cells["number"]}>{format(day.compliance, "percent")}</td>
              <td className={cells["number"]}>
                {format(day.bad, "count")} of {format(day.total, "count")}
              </td>
              <td className={cells["number"]}>{format(day.left_share, "percent")}</td>
              <td>
                <Met met={day.met} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {days.length > SHOWN && (
        <Button size="compact-xs" variant="subtle" color="gray" m="xs" onClick={() => setAll(!all)}>
          {all ? `Show the last ${SHOWN} days` : `Show all ${days.length} days`}
        </Button>
      )}
    </>
  );
}
