import { Link, useNavigate } from "react-router";
import type { Policy } from "../../../api/actions";
import { formatAgo } from "../../../format/time";
import { useHref } from "../../../state/useHref";
import cells from "../../../ui/cells.module.css";
import { PolicyState } from "../PolicyState";
import { RunMark } from "../RunMark";
import { policyText } from "../words";

export function PolicyRow({ policy, now }: { policy: Policy; now: number }) {
  const href = useHref();
  const navigate = useNavigate();
  const to = href(`/actions/${policy.id}`);
  return (
    <tr className={cells["row"]} onClick={() => void navigate(to)}>
      <td className={cells["main"]}>
        <Link to={to} className={cells["link"] ?? ""} onClick={(event) => event.stopPropagation()}>
          {policy.name}
        </Link>
        <div className={cells["under"]}>{policyText(policy)}</div>
      </td>
      <td data-label="State">
        <PolicyState policy={policy} />
      </td>
      <td data-label="Today">
        {policy.acts_today} of {policy.daily_cap}
      </td>
      <td data-label="Last act">
        {policy.last_status === null ? "never" : <RunMark status={policy.last_status} />}
        {policy.last_run_at !== null && <div className={cells["under"]}>{formatAgo(policy.last_run_at, now)}</div>}
      </td>
    </tr>
  );
}
