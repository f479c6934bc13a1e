import { Link } from "react-router";
import type { Run } from "../../api/actions";
import { NO_DATA } from "../../format/number";
import { formatAgo, formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import cells from "../../ui/cells.module.css";
import { RevertButton } from "./RevertButton";
import { RunMark } from "./RunMark";
import { actionText } from "./words";

interface Props {
  run: Run;
  withPolicy: boolean;
  now: number;
}

export function RunRow({ run, withPolicy, now }: Props) {
  const href = useHref();
  const { time_zone: zone, role } = useProject();
  const { evidence } = run;
  return (
    <tr>
      <td className={cells["main"]}>
        <Link to={href(`/incidents/${run.incident_id}`)} className={cells["link"] ?? ""}>
          {run.outcome}
        </Link>
        <div className={cells["under"]}>
          {withPolicy && `${run.policy_name}: `}
          {actionText(run.action)}
        </div>
      </td>
      <td data-label="Result">
        <RunMark status={run.status} />
        {run.status === "watching" && run.watch_until !== null && (
          <div className={cells["under"]}>until {formatTime(run.watch_until, "minute", zone)}</div>
        )}
        {run.can_revert && role !== "viewer" && <RevertButton run={run} />}
      </td>
      <td data-label="Evidence">
        {evidence.facts.length === 0 && NO_DATA}
        {evidence.facts.map(({ label, text }) => (
          <div key={label} className={cells["under"]}>
            {label}: {text}
          </div>
        ))}
      </td>
      <td data-label="When" title={formatTime(run.started_at, "dateSecond", zone)}>
        {formatAgo(run.started_at, now)}
      </td>
    </tr>
  );
}
