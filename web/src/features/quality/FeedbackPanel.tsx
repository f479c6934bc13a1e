import { Select, Skeleton } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useScoreNames } from "../../api/useScoreNames";
import { scoreText } from "../../format/score";
import { formatAgo, formatTime } from "../../format/time";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import classes from "./Quality.module.css";
import type { Feedback } from "./shapes";
import { useQuality } from "./useQuality";

const SHOWN = "50";

/** What was said last, with the call it is about. */
export function FeedbackPanel() {
  const [name, setName] = useState<string | null>(null);
  const { data: names } = useScoreNames();
  const feedback = useQuality<Feedback[]>("feedback", name === null ? { limit: SHOWN } : { limit: SHOWN, name });
  const { view } = useView();
  const { data, error } = feedback;
  return (
    <Panel
      title="Feedback"
      note={view.live ? "live, newest first" : "newest first"}
      actions={
        <Select
          size="xs"
          w={170}
          aria-label="Only one score"
          placeholder="All scores"
          clearable
          searchable
          value={name}
          onChange={setName}
          data={names?.score_names ?? []}
        />
      }
    >
      {data === undefined && error === null && <Skeleton height={240} m="sm" w="auto" />}
      {data === undefined && error !== null && (
        <Failure what="The feedback could not be loaded" error={error} onRetry={() => void feedback.refetch()} />
      )}
      {data?.length === 0 && (
        <Empty title="No feedback in this time range">Every score shows up here as it arrives.</Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <ul className={classes["stream"]} tabIndex={0} aria-label="Feedback">
          {data.map((one, i) => (
            <FeedbackLine key={`${one.at} ${one.name} ${i}`} feedback={one} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function FeedbackLine({ feedback }: { feedback: Feedback }) {
  const href = useHref();
  const { now } = useClock();
  const { time_zone: timeZone } = useProject();
  const {
    at,
    name,
    value,
    comment,
    user_id: user,
    prompt_id: prompt,
    prompt_version: version,
    call_id: call,
  } = feedback;
  return (
    <li>
      <div className={classes["line"]}>
        <strong>{name}</strong>
        <span>{scoreText(value)}</span>
        {prompt !== null && (
          <span className={classes["muted"]}>
            {prompt}
            {version !== null && ` v${version}`}
          </span>
        )}
        {user !== null && <span className={classes["muted"]}>by {user}</span>}
        {call !== null && <Link to={href(`/calls/${encodeURIComponent(call)}`)}>Call</Link>}
        <span className={classes["when"]} title={formatTime(at, "dateSecond", timeZone)}>
          {formatAgo(at, now)}
        </span>
      </div>
      {comment !== null && comment !== "" && <blockquote className={classes["quote"]}>{comment}</blockquote>}
    </li>
  );
}
