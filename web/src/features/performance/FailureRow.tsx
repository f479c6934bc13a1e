import { Link } from "react-router";
import type { FailureGroup } from "../../api/analysis";
import { format } from "../../format/number";
import { formatAgo, formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { whereParam } from "../../state/whereParam";
import { failureText, failureType } from "./failureText";
import classes from "./Performance.module.css";

/** Prompts named in a row. */
const NAMED = 2;

/** Failures that read the same: what they say, how many, where; and the way to all of them. */
export function FailureRow({ group, now }: { group: FailureGroup; now: number }) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const text = failureText(group);
  const similar = href("/calls", {
    status: "error",
    where: whereParam([{ dimension: "error_pattern", op: "in", values: [group.pattern] }]),
  });
  return (
    <tr>
      <td className={classes["message"]}>
        <Link to={href(`/calls/${encodeURIComponent(group.call_id)}`)} title={text}>
          {text}
        </Link>
      </td>
      <td>
        {failureType(group.error_type)}
        {group.error_name !== null && <div className={classes["prompts"]}>{group.error_name}</div>}
      </td>
      <td className={classes["number"]}>{format(group.calls, "count")}</td>
      <td className={classes["number"]}>{format(group.share, "percent")}</td>
      <td className={classes["prompts"]} title={group.prompts.join(", ")}>
        {group.prompts.slice(0, NAMED).map((prompt) => (
          <div key={prompt}>{prompt}</div>
        ))}
        {group.prompts.length > NAMED && <div>and more</div>}
      </td>
      <td title={formatTime(group.last_at, "dateSecond", zone)}>{formatAgo(group.last_at, now)}</td>
      <td>
        <Link to={similar} aria-label={`Similar failures: ${text}`}>
          Similar failures
        </Link>
      </td>
    </tr>
  );
}
