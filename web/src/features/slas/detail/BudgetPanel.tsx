import type { Sla, SlaState } from "../../../api/slas";
import { minutesText } from "../../../format/duration";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { Panel } from "../../../ui/Panel";
import { BudgetBar } from "../BudgetBar";
import classes from "../Slas.module.css";
import { goneText, riskText } from "../words";

interface Props {
  sla: Pick<Sla, "name" | "target">;
  state: SlaState;
}

/** What may go wrong in the period, what did, and what is left. */
export function BudgetPanel({ sla, state }: Props) {
  const { time_zone: zone } = useProject();
  const { budget } = state;
  return (
    <Panel
      title="Error budget"
      note={`since ${formatTime(state.start, "date", zone)}${
        state.excluded_minutes > 0 ? `, without ${minutesText(state.excluded_minutes)} of maintenance` : ""
      }`}
    >
      <p className={classes["said"]}>
        <strong>{state.said}</strong>
        {riskText(state) !== "" && ` ${riskText(state)}.`}
      </p>
      {state.frozen_since !== null && (
        <p className={classes["note"]} role="status">
          No calls since {formatTime(state.frozen_since, "dateMinute", zone)}. Everything here is as it was then.
        </p>
      )}
      <div className={classes["note"]}>
        <BudgetBar name={sla.name} state={state} />
      </div>
      <dl className={classes["facts"]}>
        <div>
          <dt>Target</dt>
          <dd>{format(sla.target, "percent")}</dd>
        </div>
        <div>
          <dt>So far</dt>
          <dd>{format(state.compliance, "percent")}</dd>
        </div>
        <div>
          <dt>Allowed</dt>
          <dd>{minutesText(budget.minutes)}</dd>
        </div>
        <div>
          <dt>Spent</dt>
          <dd>{minutesText(budget.minutes_spent)}</dd>
        </div>
        <div>
          <dt>Left</dt>
          <dd>{minutesText(budget.minutes_left)}</dd>
        </div>
        {budget.calls !== null && (
          <div>
            <dt>Left, in {state.counted}</dt>
            <dd>
              {format(budget.calls_left, "count")} of {format(budget.calls, "count")}
            </dd>
          </div>
        )}
        <div>
          <dt>Bad {state.counted}</dt>
          <dd>
            {format(state.bad, "count")} of {format(state.total, "count")}
          </dd>
        </div>
        <div>
          <dt>Burn rate, last hour</dt>
          <dd>{state.burn_rate === null ? "–" : `${format(state.burn_rate, "number")}\u00a0×`}</dd>
        </div>
      </dl>
      <p className={classes["note"]}>
        {state.gone_in_s === null && state.burn_rate !== null && `${goneText(state)}. `}A burn rate of {"1\u00a0×"}{" "}
        spends the whole budget, and no more, in its period.
      </p>
    </Panel>
  );
}
