import { format } from "../../format/number";
import { formatTime } from "../../format/time";
import { Empty } from "../../ui/Empty";
import { Table } from "../../ui/Table";
import classes from "./Cohorts.module.css";
import type { Retention } from "./useRetention";

/** A row for the users of each week, a column for each week after. */
export function RetentionTable({ retention: { weeks, last_week_partial: partial } }: { retention: Retention }) {
  if (weeks.every(({ users }) => users === 0)) {
    return (
      <Empty title="No users in these weeks">Users are known by the user id that your program sends with a call.</Empty>
    );
  }
  const columns = Math.max(...weeks.map(({ returned }) => returned.length));
  return (
    <Table label="Users who come back" className={classes["retention"]}>
      <thead>
        <tr>
          <th scope="col">First call in the week of</th>
          <th scope="col" className={classes["number"]}>
            Users
          </th>
          {Array.from({ length: columns }, (_, i) => (
            <th key={i} scope="col" className={classes["number"]}>
              {i === 0 ? "that week" : `+${i}`}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map(({ week, users, returned, percent }, row) => (
          <tr key={week}>
            <th scope="row">{formatTime(`${week}T12:00:00Z`, "day", "UTC")}</th>
            <td className={classes["number"]}>{format(users, "count")}</td>
            {Array.from({ length: columns }, (_, i) => {
              const share = percent[i] ?? null;
              const count = returned[i] ?? null;
              const running = partial && count !== null && row + i === weeks.length - 1;
              return (
                <td
                  key={i}
                  className={classes["cell"]}
                  data-running={running || undefined}
                  style={share === null ? {} : { background: shade(share) }}
                  title={count === null ? undefined : `${count} users${running ? ", the week is not over" : ""}`}
                >
                  {share === null ? "" : format(share, "percent")}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Deeper for more; never so deep that the number cannot be read. */
function shade(percent: number): string {
  return `color-mix(in srgb, var(--mantine-color-blue-5) ${0.55 * percent}%, transparent)`;
}
