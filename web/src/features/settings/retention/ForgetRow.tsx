import type { ForgetRequest } from "../../../api/types";
import { format, NO_DATA } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import classes from "../Settings.module.css";

const DOING: Readonly<Record<string, string>> = {
  count: "Counting rows",
  call_texts: "Deleting texts",
  scores: "Deleting scores",
  events: "Deleting events",
  calls: "Deleting calls",
  totals: "Computing totals anew",
};

function state({ status, step, finished_at }: ForgetRequest, zone: string): string {
  if (status === "done") return finished_at === null ? "Done" : `Done ${formatTime(finished_at, "dateSecond", zone)}`;
  return status === "queued" ? "Waiting" : (DOING[step] ?? step);
}

export function ForgetRow({ request }: { request: ForgetRequest }) {
  const { time_zone: zone } = useProject();
  const counts = Object.entries(request.counts).filter(([, n]) => n > 0);
  return (
    <tr>
      <td data-label="Asked">{formatTime(request.created_at, "dateSecond", zone)}</td>
      <td data-label="By">{request.created_by}</td>
      <td data-label="User (hash)" className={classes["code"]}>
        {request.user_hash.slice(0, 16)}
      </td>
      <td data-label="State">
        {state(request, zone)}
        {request.error !== null && <div role="alert">Tried again: {request.error}</div>}
      </td>
      <td data-label="Rows deleted" className={classes["wrap"]}>
        {counts.length > 0
          ? counts.map(([table, n]) => `${table.replace("call_", "")} ${format(n, "count")}`).join(", ")
          : request.status === "done"
            ? "None were found"
            : NO_DATA}
      </td>
    </tr>
  );
}
