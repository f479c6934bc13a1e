import { IconFlag } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Experiment } from "../../../api/experiments";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { promptPath } from "../../../ui/promptPath";
import { versionWord } from "../words";
import classes from "./Verdict.module.css";

interface Props {
  experiment: Experiment;
  conclusion: NonNullable<Experiment["conclusion"]>;
}

/** How it ended, who ended it, and why. */
export function Concluded({ experiment, conclusion }: Props) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const winner = experiment.variants.find(({ id }) => id === conclusion.winner);
  return (
    <div className={classes["concluded"]}>
      <p className={classes["outcome"]}>
        <IconFlag size={16} aria-hidden />{" "}
        {winner === undefined ? "Concluded without a winner" : `Concluded: ${winner.name} won`}
      </p>
      {winner !== undefined && conclusion.deployed_to !== null && (
        <p>
          <Link to={href(promptPath(winner.prompt))}>{versionWord(winner)}</Link> was deployed to{" "}
          {conclusion.deployed_to}.
        </p>
      )}
      {conclusion.reason !== "" && <blockquote className={classes["reason"]}>{conclusion.reason}</blockquote>}
      <p className={classes["muted"]}>
        {formatTime(conclusion.at, "dateMinute", zone)} by {conclusion.by}
      </p>
    </div>
  );
}
