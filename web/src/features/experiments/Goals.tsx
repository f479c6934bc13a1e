import { IconCircleCheck } from "@tabler/icons-react";
import type { Experiment } from "../../api/experiments";
import classes from "./Goals.module.css";
import { goalsOf } from "./progress";

interface Props {
  experiment: Experiment;
  /** Epoch milliseconds. */
  now: number;
  /** The statistics have reached a verdict. */
  decided?: boolean;
}

/** How far an experiment is towards each of its end criteria. */
export function Goals({ experiment, now, decided = false }: Props) {
  return (
    <ul className={classes["goals"]}>
      {goalsOf(experiment, now, decided).map(({ key, text, share, reached }) => (
        <li key={key}>
          <span className={classes["text"]} data-reached={reached || undefined}>
            {reached && <IconCircleCheck size={14} aria-label="reached:" />} {text}
          </span>
          {share !== null && key !== "decision" && (
            <span className={classes["track"]} aria-hidden>
              <span
                className={classes["bar"]}
                data-reached={reached || undefined}
                style={{ width: `${share * 100}%` }}
              />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
