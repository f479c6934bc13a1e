import { IconCircle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { Experiment } from "../../../api/experiments";
import { Panel } from "../../../ui/Panel";
import classes from "./Detail.module.css";
import { stepsOf } from "./missing";

/** What a draft needs before it starts, and what would make its result better. */
export function DraftSteps({ experiment }: { experiment: Experiment }) {
  const steps = stepsOf(experiment);
  const ready = steps.every(({ needed, done }) => done || !needed);
  return (
    <Panel title={ready ? "Ready to start" : "What is missing to start"}>
      <ul className={classes["steps"]}>
        {steps.map(({ text, done, needed }) => {
          const Icon = done ? IconCircleCheck : needed ? IconCircleX : IconCircle;
          return (
            <li key={text} data-tone={done ? "good" : needed ? "bad" : "quiet"}>
              <Icon size={16} aria-label={done ? "there:" : needed ? "missing:" : "not set:"} />
              <span className={classes["stepText"]}>{text}</span>
              {!done && <span className={classes["muted"]}>{needed ? "needed" : "good to have"}</span>}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
