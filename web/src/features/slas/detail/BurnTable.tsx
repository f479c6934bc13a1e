import type { BurnWindow } from "../../../api/slas";
import { format } from "../../../format/number";
import { Table } from "../../../ui/Table";
import classes from "../Slas.module.css";
import { minutesText } from "../words";

const SPEED = { page: "Critical", ticket: "Warning" } as const;

/** The windows that alert, and how fast the budget burns in them. */
export function BurnTable({ windows }: { windows: readonly BurnWindow[] }) {
  return (
    <Table label="Burn rate by window" className={classes["table"]}>
      <thead>
        <tr>
          <th scope="col">Windows</th>
          <th scope="col" className={classes["number"]}>
            Alerts above
          </th>
          <th scope="col" className={classes["number"]}>
            Long window
          </th>
          <th scope="col" className={classes["number"]}>
            Short window
          </th>
          <th scope="col">Now</th>
        </tr>
      </thead>
      <tbody>
        {windows.map((one) => (
          <tr key={one.factor}>
            <td>
              {minutesText(one.long_minutes)} and {minutesText(one.short_minutes)}
            </td>
            <td className={classes["number"]}>{format(one.factor, "number")} ×</td>
            <td className={classes["number"]}>
              {one.long_burn === null ? "no calls" : `${format(one.long_burn, "number")} ×`}
            </td>
            <td className={classes["number"]}>
              {one.short_burn === null ? "no calls" : `${format(one.short_burn, "number")} ×`}
            </td>
            <td>
              {one.burning ? (
                <strong className={classes["bad"]}>Burning: {SPEED[one.speed].toLowerCase()}</strong>
              ) : (
                <span className={classes["good"]}>Fine</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
