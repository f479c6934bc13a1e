import { Button, Group, Skeleton } from "@mantine/core";
import { Link } from "react-router";
import { useStatus } from "../../api/useStatus";
import { formatAgo } from "../../format/time";
import { format } from "../../format/number";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useLiveCalls } from "../../state/useLiveCalls";
import { Failure } from "../../ui/Failure";
import classes from "./Start.module.css";

/** Pushed events are the fast way; asking again is for proxies that hold them back. */
const POLL_MS = 3000;

/** A light that turns green, with words, when the project has a call. */
export function FirstCall() {
  const { id } = useProject();
  const href = useHref();
  const { refresh } = useClock();
  const { data: status, error, refetch, dataUpdatedAt } = useStatus(POLL_MS);
  useLiveCalls(id, true, () => void refetch());
  if (status === undefined) {
    if (error !== null)
      return <Failure what="The status could not be loaded" error={error} onRetry={() => void refetch()} />;
    return <Skeleton height={30} />;
  }
  const arrived = status.calls_stored > 0;
  return (
    <Group justify="space-between">
      <div className={classes["light"]} role="status">
        <span className={classes["lamp"]} data-on={arrived || undefined} aria-hidden />
        {arrived ? (
          <span className={classes["arrived"]}>
            Connected: {format(status.calls_stored, "count")} {status.calls_stored === 1 ? "call has" : "calls have"}{" "}
            arrived, the last {formatAgo(status.last_call_at, dataUpdatedAt)}
          </span>
        ) : (
          <span>
            Waiting for the first call. This turns green by itself.{" "}
            <Link to={href("/diagnosis", { problem: "metrics-not-updating" })}>Nothing arrives?</Link>
          </span>
        )}
      </div>
      {arrived && (
        <Button size="xs" component={Link} to={href("/", {}, { range: { preset: "1h" } })} onClick={refresh}>
          Go to Overview
        </Button>
      )}
    </Group>
  );
}
