import type { BurnWindow } from "../../../api/slas";
import { minutesText } from "../../../format/duration";
import { format } from "../../../format/number";
import { Table } from "../../../ui/Table";
import cells from "../../../ui/cells.module.css";
import { Mark } from "../../../ui/Mark";
import { IconCheck, IconFlame } from "@tabler/icons-react";

const SPEED = { page: "Critical", ticket: "Warning" } as const;

/** The windows that alert, and how fast the budget burns in them. */
export function BurnTable({ windows }: { windows: readonly BurnWindow[] }) {
  return (
    <Table label="Burn rate by window" cards>
      <thead>
        <tr>
          <th scope="col">Windows</th>
          <th scope="col" className={cells["number"]}>
            Alerts above
          </th>
          <th scope="col" className={cells["number"]}>
            Long window
          </th>
          <th scope="col" className={cells["number"]}>
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
            <td data-label="Alerts above" className={cells["number"]}>
              {format(one.factor, "number")}
              {"\u00a0×"}
            </td>
            <td data-label="Long window" className={cells["number"]}>
              {one.long_burn === null ? "no calls" : `${format(one.long_burn, "number")}\u00a0×`}
            </td>
            <td data-label="Short window" className={cells["number"]}>
              {one.short_burn === null ? "no calls" : `${format(one.short_burn, "number")}\u00a0×`}
            </td>
            <td data-label="Now">
              {one.burning ? (
                <Mark tone={one.speed === "page" ? "critical" : "warning"} icon={IconFlame}>
                  Burning: {SPEED[one.speed].toLowerCase()}
                </Mark>
              ) : (
                <Mark tone="healthy" icon={IconCheck}>
                  Fine
                </Mark>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
