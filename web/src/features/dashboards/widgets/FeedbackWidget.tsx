import type { FeedbackRow } from "../../../api/dashboards";
import { scoreText } from "../../../format/score";
import { formatAgo, formatTime } from "../../../format/time";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

interface Props {
  title: string;
  rows: readonly FeedbackRow[];
}

/** What was said last. */
export function FeedbackWidget({ title, rows }: Props) {
  const { now, timeZone } = useScene();
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={title}>
      <ul className={classes["list"]}>
        {rows.map((row, index) => (
          <li key={`${row.at} ${index}`}>
            <div className={classes["line"]}>
              <strong>{row.name}</strong>
              <span>{scoreText(row.value)}</span>
              <span className={classes["muted"]}>
                {row.prompt_id ?? ""}
                {row.prompt_version === null ? "" : ` v${row.prompt_version}`}
              </span>
              <span className={classes["when"]} title={formatTime(row.at, "dateSecond", timeZone)}>
                {formatAgo(row.at, now)}
              </span>
            </div>
            {row.comment !== null && row.comment !== "" && <p className={classes["quote"]}>{row.comment}</p>}
          </li>
        ))}
      </ul>
    </div>
  );
}
