import { Progress } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { Repricing } from "../../api/costs";
import { format } from "../../format/number";
import { formatAgo, formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import classes from "./Costs.module.css";

/** One pricing of stored calls: which, how far, what came of it. */
export function RepricingRow({ job, now }: { job: Repricing; now: number }) {
  const { time_zone: zone } = useProject();
  const which = [
    job.which === "all" ? "all calls" : "calls without a cost",
    ...(job.model === null ? [] : [`of ${job.model}`]),
    ...(job.provider === null ? [] : [`by ${job.provider}`]),
  ].join(" ");
  const range = `${formatTime(job.start, "date", zone)} to ${formatTime(Date.parse(job.end) - 1, "date", zone)}`;
  return (
    <tr>
      <td title={formatTime(job.created_at, "dateSecond", zone)}>
        {formatAgo(job.created_at, now)}
        <div className={classes["muted"]}>{job.created_by}</div>
      </td>
      <td>
        {which}
        <div className={classes["muted"]}>{range}</div>
      </td>
      <td>
        <JobProgress job={job} />
      </td>
      <td className={classes["number"]}>
        {format(job.calls_changed, "count")} of {format(job.calls_seen, "count")}
        {job.calls_unpriced > 0 && (
          <div className={classes["muted"]}>{format(job.calls_unpriced, "count")} still without a price</div>
        )}
      </td>
      <td className={classes["number"]}>{format(job.before_usd, "usd")}</td>
      <td className={classes["number"]}>{format(job.after_usd, "usd")}</td>
      <td className={classes["wrap"]}>{job.reason}</td>
    </tr>
  );
}

function JobProgress({ job }: { job: Repricing }) {
  if (job.status === "done")
    return (
      <span className={classes["good"]}>
        <IconCircleCheck size={14} aria-hidden /> Done
      </span>
    );
  if (job.status === "failed")
    return (
      <span className={classes["bad"]}>
        <IconAlertTriangle size={14} aria-hidden /> Failed: {job.error ?? "the server's log tells why"}
      </span>
    );
  const words = job.status === "queued" ? "waiting" : `${job.days_done} of ${job.days} days`;
  return (
    <>
      <Progress
        value={job.days === 0 ? 0 : (100 * job.days_done) / job.days}
        aria-label={`Pricing calls anew: ${words}`}
        w={110}
      />
      <span className={classes["muted"]} aria-live="polite">
        {words}
      </span>
    </>
  );
}
