import { Link, useNavigate } from "react-router";
import type { Experiment } from "../../../api/experiments";
import { NO_DATA } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Goals } from "../Goals";
import { runningText } from "../progress";
import { StatusMark } from "../StatusMark";
import { VariantName } from "../VariantName";
import { unitsWord, weightWord } from "../words";
import cells from "../../../ui/cells.module.css";
import classes from "./Experiments.module.css";

/** More variants than this are counted, not listed. */
const LISTED = 3;

export function ExperimentRow({ experiment, now }: { experiment: Experiment; now: number }) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const navigate = useNavigate();
  const to = href(`/experiments/${experiment.id}`);
  const prompts = [...new Set(experiment.variants.map(({ prompt }) => prompt))];
  const primary = experiment.metrics.filter(({ role }) => role === "primary");
  const winner = experiment.variants.find(({ id }) => id === experiment.conclusion?.winner);
  return (
    <tr className={classes["row"]} onClick={() => void navigate(to)}>
      <td className={classes["titleCell"]}>
        <Link to={to} className={cells["link"] ?? ""} onClick={(event) => event.stopPropagation()}>
          {experiment.title}
        </Link>
        <div className={classes["under"]}>{prompts.join(", ")}</div>
      </td>
      <td data-label="Status">
        <StatusMark status={experiment.status} />
        {experiment.status === "concluded" && (
          <div className={classes["under"]}>{winner === undefined ? "no winner" : `${winner.name} won`}</div>
        )}
      </td>
      <td data-label="Variants">
        <div className={classes["variants"]}>
          {experiment.variants.slice(0, LISTED).map(({ id, name, weight }, place) => (
            <VariantName key={id} place={place} name={name} note={weightWord(weight)} />
          ))}
          {experiment.variants.length > LISTED && (
            <span className={cells["muted"]}>and {experiment.variants.length - LISTED} more</span>
          )}
        </div>
      </td>
      <td data-label="Primary metric">
        {primary.length === 0 ? NO_DATA : primary.map(({ label }) => label).join(", ")}
      </td>
      <td data-label="Progress">
        {experiment.status === "draft" && <span className={cells["muted"]}>Not started</span>}
        {experiment.status === "concluded" && (
          <span className={cells["muted"]}>
            {unitsWord(experiment.unit, experiment.progress.units)} in {runningText(experiment)}
          </span>
        )}
        {(experiment.status === "running" || experiment.status === "paused") && (
          <Goals experiment={experiment} now={now} />
        )}
      </td>
      <td data-label="Started">
        {formatTime(experiment.started_at, "date", zone)}
        {experiment.status === "running" && <div className={classes["under"]}>{runningText(experiment)}</div>}
      </td>
    </tr>
  );
}
