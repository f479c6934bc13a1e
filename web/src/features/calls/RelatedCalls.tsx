import { Link, useSearchParams } from "react-router";
import type { CallRow } from "../../api/types";
import { format } from "../../format/number";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { CallStatusMark } from "../../ui/CallStatusMark";
import { promptName } from "../../ui/promptName";
import classes from "./CallDetail.module.css";
import { callPath } from "./callPath";

export function RelatedCalls({ calls }: { calls: readonly CallRow[] }) {
  const { time_zone: zone } = useProject();
  const [search] = useSearchParams();
  return (
    <section>
      <h3>Other calls of this trace ({calls.length})</h3>
      <table className={classes["related"]}>
        <tbody>
          {calls.map((call) => (
            <tr key={call.id}>
              <td>
                <Link to={callPath(call.id, search)}>{formatTime(call.timestamp, "second", zone)}</Link>
              </td>
              <td>
                <CallStatusMark status={call.status} errorType={call.error_type} />
              </td>
              <td>{promptName(call.prompt_id)}</td>
              <td>{call.model ?? "–"}</td>
              <td>{format(call.latency_ms, "ms")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
