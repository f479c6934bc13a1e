import { SegmentedControl } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Budget, Period, Projection } from "../../api/costs";
import { TimeChartBox } from "../../charts/TimeChartBox";
import { useMarks } from "../../charts/useMarks";
import { marksOf } from "../../charts/marks";
import { format } from "../../format/number";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import classes from "./Costs.module.css";
import { budgetsOf, periodEnd, prepareProjection } from "./projection";

interface Props {
  period: Period;
  onPeriod: (period: Period) => void;
  projection: UseQueryResult<Projection>;
  budgets: readonly Budget[];
  /** Whose costs; null is every prompt. */
  prompt: string | null;
}

/** What has been spent since the period began, what will have been at its end, and how that is known. */
export function ProjectionPanel({ period, onPeriod, projection, budgets, prompt }: Props) {
  const { view } = useView();
  const page = useWindow();
  const { data: found, error, isPlaceholderData: stale } = projection;
  const plain = useMemo(
    () =>
      found === undefined ? null : prepareProjection(found, budgetsOf(budgets, found.period, prompt, view.environment)),
    [found, budgets, prompt, view.environment],
  );
  const end = found === undefined ? 0 : periodEnd(found);
  const start = plain?.buckets[0];
  const happenings = useMarks(start === undefined ? page : { start, end }, view.prompts);
  const chart = useMemo(
    () => (plain === null ? null : { ...plain, marks: marksOf(happenings, plain.buckets, end) }),
    [plain, happenings, end],
  );
  return (
    <div className={classes["projection"]}>
      <TimeChartBox
        id="projection"
        title={period === "week" ? "Spent this week" : "Spent this month"}
        note="added up from its first day, in the project's time zone"
        controls={
          <SegmentedControl
            size="xs"
            aria-label="Period of the projection"
            value={period}
            data={[
              { value: "week", label: "Week" },
              { value: "month", label: "Month" },
            ]}
            onChange={onPeriod}
          />
        }
        chart={chart}
        asAlert={{ metrics: ["total_cost_usd"], by: [], where: whereOf(view) }}
        end={end}
        nothing="No known cost in this period yet"
        height={230}
        error={error}
        stale={stale}
        onRetry={() => void projection.refetch()}
      />
      {found !== undefined && <Method found={found} />}
    </div>
  );
}

/** How the projection is made, in words. */
function Method({ found }: { found: Projection }) {
  return (
    <p className={classes["method"]}>
      {found.projected_usd === null ? (
        found.note
      ) : (
        <>
          <strong>
            {format(found.projected_usd, "usd")} by the end; {format(found.level, "percent")} band:{" "}
            {format(found.low_usd, "usd")} to {format(found.high_usd, "usd")}.
          </strong>{" "}
          {found.method} Made from {found.history_days} days.
          {found.rate_usd !== null && ` At the rate so far it would be ${format(found.rate_usd, "usd")}.`}
          {found.note !== "" && ` ${found.note}`}
        </>
      )}
    </p>
  );
}
