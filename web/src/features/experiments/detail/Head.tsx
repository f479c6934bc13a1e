import type { Experiment } from "../../../api/experiments";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { runningText } from "../progress";
import { StatusMark } from "../StatusMark";
import { Actions } from "./Actions";
import classes from "./Detail.module.css";

/** What it is, since when, and what can be done. */
export function Head({ experiment }: { experiment: Experiment }) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const day = (at: string | null) => formatTime(at, "date", zone);
  const facts = [
    ...(experiment.started_at === null
      ? [`created ${day(experiment.created_at)} by ${experiment.created_by}`]
      : [`started ${day(experiment.started_at)}`, `ran ${runningText(experiment)}`]),
    ...(experiment.status === "paused" ? [`paused ${day(experiment.paused_at)}`] : []),
    ...(experiment.concluded_at === null ? [] : [`concluded ${day(experiment.concluded_at)}`]),
    ...(experiment.traffic < 100 ? [`${experiment.traffic} % of the ${experiment.unit}s take part`] : []),
  ];
  return (
    <header>
      <BackLink to={href("/experiments")}>Experiments</BackLink>
      <div className={classes["head"]}>
        <div className={classes["names"]}>
          <h1 className={classes["title"]}>{experiment.title}</h1>
          <p className={classes["facts"]}>
            <StatusMark status={experiment.status} />
            {facts.map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </p>
        </div>
        <Actions experiment={experiment} />
      </div>
      {experiment.hypothesis !== "" && <p className={classes["hypothesis"]}>{experiment.hypothesis}</p>}
    </header>
  );
}
