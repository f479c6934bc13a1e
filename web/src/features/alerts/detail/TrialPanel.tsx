import { Skeleton } from "@mantine/core";
import { useMemo } from "react";
import type { NewRule, Rule } from "../../../api/alerts";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import classes from "../Backtest.module.css";
import { BacktestView } from "../BacktestView";
import { bodyOf, valuesOf } from "../builder/values";
import { asTried, useBacktest } from "../useBacktest";

const DAYS = 7;

/** What the rule would have done in the last week, as it is written now. */
export function TrialPanel({ rule }: { rule: Rule }) {
  // by its text: its state changes every minute, what it says does not
  const text = JSON.stringify(asTried(bodyOf(valuesOf(rule), "")));
  const asked = useMemo(() => JSON.parse(text) as NewRule, [text]);
  const trial = useBacktest(asked, DAYS);
  return (
    <Panel title="Tried on the last 7 days" note="as the rule is written now">
      <div className={classes["body"]}>
        {trial.data !== undefined ? (
          <BacktestView tried={trial.data} where={rule.where} stale={trial.isPlaceholderData} />
        ) : trial.error === null ? (
          <Skeleton height={280} />
        ) : (
          <Failure what="The rule could not be tried" error={trial.error} onRetry={() => void trial.refetch()} />
        )}
      </div>
    </Panel>
  );
}
