import type { Share } from "../../../api/dashboards";
import { formatAgo, formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import classes from "./Share.module.css";
import { useShareWrite } from "./useShareWrite";

interface Props {
  dashboard: string;
  share: Share;
  /** Epoch milliseconds at which the list was asked. */
  now: number;
}

/** A link that was made; its address is not known any more. */
export function ShareRow({ dashboard, share, now }: Props) {
  const { time_zone: zone } = useProject();
  const revoke = useShareWrite(dashboard);
  const name = share.note === "" ? `Link of ${formatTime(share.created_at, "dateMinute", zone)}` : share.note;
  const expired = Date.parse(share.expires_at) <= now;
  const works = share.revoked_at === null && !expired;
  const state =
    share.revoked_at !== null
      ? `revoked ${formatAgo(share.revoked_at, now)}`
      : `${expired ? "expired" : "works until"} ${formatTime(share.expires_at, "dateMinute", zone)}`;
  return (
    <li className={classes["row"]} data-works={works || undefined}>
      <div>
        <strong>{name}</strong>
        <div className={classes["muted"]}>
          {state}, made by {share.created_by},{" "}
          {share.last_used_at === null ? "never opened" : `opened ${formatAgo(share.last_used_at, now)}`}
        </div>
      </div>
      {works && (
        <ConfirmButton
          does={`Revoke the link “${name}”`}
          label="Revoke"
          consequence="Whoever has it sees nothing any more, at once."
          pending={revoke.isPending}
          error={revoke.error}
          onConfirm={(done) =>
            revoke.mutate({ path: `/${encodeURIComponent(share.id)}`, method: "DELETE" }, { onSuccess: done })
          }
        />
      )}
    </li>
  );
}
