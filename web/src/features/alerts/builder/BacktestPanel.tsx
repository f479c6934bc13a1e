import { Button, SegmentedControl, Skeleton } from "@mantine/core";
import { IconBulb } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { ApiError } from "../../../api/client";
import type { Backtest } from "../../../api/alerts";
import type { Filter } from "../../../api/types";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import classes from "../Backtest.module.css";
import { BacktestView } from "../BacktestView";

export const DAYS = [7, 30] as const;

interface Props {
  trial: UseQueryResult<Backtest>;
  /** The rule is complete, so that it can be tried. */
  complete: boolean;
  /** What is shown is of the rule as it is now. */
  settled: boolean;
  where: readonly Filter[];
  days: number;
  onDays: (days: number) => void;
  onSuggestion: (suggestion: NonNullable<Backtest["suggestion"]>) => void;
}

/** What the rule would have done in the past days, while it is written. */
export function BacktestPanel({ trial, complete, settled, where, days, onDays, onSuggestion }: Props) {
  const { data, error } = trial;
  const suggestion = data?.suggestion ?? null;
  return (
    <Panel
      title="What it would have done"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Days it is tried on"
          value={String(days)}
          data={DAYS.map((value) => ({ value: String(value), label: `${value} days` }))}
          onChange={(value) => onDays(Number(value))}
        />
      }
    >
      <div className={classes["body"]}>
        {!complete && data === undefined && (
          <Empty title="The rule is tried on the past days while you write it">
            Choose a metric and a condition: this shows when it would have fired, and for how long.
          </Empty>
        )}
        {complete && data === undefined && error === null && <Skeleton height={300} />}
        {complete && error !== null && (
          <Failure
            what="The rule cannot be tried like this"
            error={error}
            {...(error instanceof ApiError && error.status === 422 ? {} : { onRetry: () => void trial.refetch() })}
          />
        )}
        {data !== undefined && (error === null || !complete) && (
          <>
            <BacktestView tried={data} where={where} stale={!settled} />
            {suggestion !== null && (
              <div className={classes["suggestion"]}>
                <IconBulb size={16} aria-hidden />
                <span>{suggestion.text}</span>
                <Button
                  size="compact-xs"
                  variant="default"
                  disabled={!settled}
                  onClick={() => onSuggestion(suggestion)}
                >
                  Use the suggested threshold
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </Panel>
  );
}
