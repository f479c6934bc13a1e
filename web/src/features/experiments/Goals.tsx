import { IconCircleCheck } from "@tabler/icons-react";
import type { Experiment } from "../../api/experiments";
import classes from "./Goals.module.css";
import { goalsOf } from "./progress";

/** How far an experiment is towards each of its end criteria. `now`: epoch milliseconds. */
export function Goals({ experiment, now }: { experiment: Experiment; now: number }) {
  return (
    <ul className={classes["goals"]}>
      {goalsOf(experiment, now).map(({ key, text, share, reached }) => (
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
