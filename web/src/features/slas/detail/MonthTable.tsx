import type { SlaHistory, SlaPeriod } from "../../../api/slas";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { Table } from "../../../ui/Table";
import cells from "../../../ui/cells.module.css";
import { Met } from "./Met";

interface Props {
  periods: readonly SlaPeriod[];
  counted: SlaHistory["counted"];
}

/** Month by month, the newest first. */
export function MonthTable({ periods, counted }: Props) {
  const { time_zone: zone } = useProject();
  if (periods.length === 0) return <Empty title="No month with calls yet" />;
  return (
    <Table label="Compliance by month" roomy>
      <thead>
        <tr>
          <th scope="col">Month</th>
          <th scope="col" className={cells["number"]}>
            Good
          </th>
          <th scope="col" className={cells["number"]}>
            Bad {counted}
          </th>
          <th scope="col">Target</th>
        </tr>
      </thead>
      <tbody>
        {periods.toReversed().map((one) => (
          <tr key={one.start}>
            <td>
              {formatTime(one.start, "month", zone)}
              {one.partial && " so far"}
            </td>
            <td className={cells["number"]}>{format(one.compliance, "percent")}</td>
            <td className={cells["number"]}>
              {format(one.bad, "count")} of {format(one.total, "count")}
            </td>
            <td>
              <Met met={one.met} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
