import { Link, useNavigate, useSearchParams } from "react-router";
import type { CallRow } from "../../api/types";
import { format, NO_DATA } from "../../format/number";
import { formatTime } from "../../format/time";
import { versionName } from "../../format/versionName";
import { useProject } from "../../state/ProjectContext";
import { CallStatusMark } from "../../ui/CallStatusMark";
import { promptName } from "../../ui/promptName";
import { callPath } from "./callPath";
import classes from "./Calls.module.css";

interface Props {
  row: CallRow;
  open: boolean;
  search: URLSearchParams | undefined;
}

export function CallsTableRow({ row, open, search }: Props) {
  const { time_zone: timeZone } = useProject();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const to = callPath(row.id, search ?? params);
  return (
    <tr className={classes["row"]} data-open={open || undefined} onClick={() => void navigate(to)}>
      <td>
        <Link to={to} onClick={(event) => event.stopPropagation()}>
          <span className={classes["muted"]}>{formatTime(row.timestamp, "day", timeZone)}</span>{" "}
          {formatTime(row.timestamp, "second", timeZone)}
        </Link>
      </td>
      <td>
        <CallStatusMark status={row.status} errorType={row.error_type} />
      </td>
      <td className={classes["name"]}>
        <span title={row.prompt_id ?? ""}>
          {promptName(row.prompt_id)}
          {row.prompt_version !== null && <span className={classes["muted"]}> {versionName(row.prompt_version)}</span>}
        </span>
      </td>
      <td className={classes["name"]}>
        <span title={`${row.provider ?? ""} ${row.model ?? ""}`}>{row.model ?? row.response_model ?? "–"}</span>
      </td>
      <td className={classes["number"]}>{format(row.latency_ms, "ms")}</td>
      <td className={classes["number"]}>{format(row.first_token_ms, "ms")}</td>
      <td className={classes["number"]}>
        {row.input_tokens === null && row.output_tokens === null
          ? NO_DATA
          : `${format(row.input_tokens, "tokens")}, ${format(row.output_tokens, "tokens")}`}
      </td>
      <td className={classes["number"]}>{format(row.cost_usd, "usd")}</td>
      <td className={classes["name"]}>
        <span title={row.user_id ?? ""}>{row.user_id ?? "–"}</span>
      </td>
    </tr>
  );
}
