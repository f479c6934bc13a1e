import { useState } from "react";
import { Link } from "react-router";
import type { Dossier } from "../../../api/incidents";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { CallStatusMark } from "../../../ui/CallStatusMark";
import { promptName } from "../../../ui/promptName";
import { Table } from "../../../ui/Table";
import cells from "../../../ui/cells.module.css";
import { More } from "./More";
import { Part } from "./Part";

const FIRST = 5;

/** Calls that show what went wrong. */
export function ExamplesPanel({ examples }: { examples: Dossier["examples"] }) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const [all, setAll] = useState(false);
  const shown = all ? examples.calls : examples.calls.slice(0, FIRST);
  if (examples.error == null && examples.calls.length === 0) return null;
  return (
    <Part title="Example calls" note={examples.shown} error={examples.error}>
      <Table label="Example calls" cards>
        <thead>
          <tr>
            <th scope="col">Call</th>
            <th scope="col">Status</th>
            <th scope="col" className={cells["number"]}>
              Latency
            </th>
            <th scope="col" className={cells["number"]}>
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((call) => (
            <tr key={call.id}>
              <td className={cells["main"]}>
                <Link to={href(`/calls/${encodeURIComponent(call.id)}`)}>
                  {formatTime(call.timestamp, "dateSecond", zone)}
                </Link>
                <div className={cells["under"]}>
                  {promptName(call.prompt_id)}
                  {call.prompt_version === null ? "" : ` v${call.prompt_version}`}, {call.model ?? "no model"}
                </div>
              </td>
              <td data-label="Status">
                <CallStatusMark status={call.status === "success" ? "success" : "error"} errorType={call.error_type} />
                {call.error_message !== null && <div className={cells["under"]}>{call.error_message}</div>}
              </td>
              <td data-label="Latency" className={cells["number"]}>
                {format(call.latency_ms, "ms")}
              </td>
              <td data-label="Cost" className={cells["number"]}>
                {format(call.cost_usd, "usd")}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      <More what="examples" shown={shown.length} total={examples.calls.length} onAll={() => setAll(true)} />
    </Part>
  );
}
