import { Link } from "react-router";
import type { Rule, RuleState } from "../../api/alerts";
import { useWatchRead } from "../../api/useWatchRead";
import type { RuleStates } from "../../api/alerts";
import { format, formatExact } from "../../format/number";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import cells from "../../ui/cells.module.css";
import { callsWhere } from "./callsWhere";
import { PhaseMark } from "./PhaseMark";
import { useDimensionLabels } from "./useDimensionLabels";
import { seriesText } from "./words";

const MINUTE_MS = 60_000;

/** How each series of a rule is: its last value, its bounds, since when. */
export function RuleStatesTable({ rule }: { rule: Rule }) {
  const states = useWatchRead<RuleStates>(`/rules/${encodeURIComponent(rule.id)}/states`);
  return (
    <RowsState
      what="The states"
      rows={states.data?.states}
      error={states.error}
      onRetry={() => void states.refetch()}
      empty={
        <Empty title={rule.enabled ? "No series has been evaluated yet" : "The rule is off"}>
          {rule.enabled
            ? "A rule is evaluated every minute or sooner; a series appears with its first call."
            : "Switch it on to see how its series are."}
        </Empty>
      }
    >
      <Table label={`Series of ${rule.name}`} cards>
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col">State</th>
            <th scope="col">Value</th>
            <th scope="col">Bounds</th>
            <th scope="col">Samples</th>
          </tr>
        </thead>
        <tbody>
          {states.data?.states.map((state) => (
            <StateLine key={state.series} rule={rule} state={state} />
          ))}
        </tbody>
      </Table>
    </RowsState>
  );
}

function StateLine({ rule, state }: { rule: Rule; state: RuleState }) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const dimensions = useDimensionLabels();
  const { phase, since, value, low, high, samples, evaluated_at: at, fires_at: fires } = state;
  const end = at === null ? null : Date.parse(at);
  const calls =
    end === null
      ? null
      : href("/calls", callsWhere(rule.where, state.group), {
          range: { start: end - rule.window_minutes * MINUTE_MS, end },
          prompts: [],
          environment: null,
        });
  const shown = value === null ? "no data" : format(value, rule.unit);
  return (
    <tr>
      <td className={cells["main"]}>{seriesText(state.group, dimensions) || "All calls"}</td>
      <td data-label="State">
        <PhaseMark phase={phase} />
        <div className={cells["under"]}>
          {since !== null && `since ${formatTime(since, "dateMinute", zone)}`}
          {fires !== null && `, fires ${formatTime(fires, "second", zone)} if nothing changes`}
          {state.held_back && ", told when the quiet hours end"}
        </div>
      </td>
      <td data-label="Value" className={cells["few"]}>
        {calls === null ? (
          shown
        ) : (
          <Link to={calls} title={`See the calls, ${formatExact(value, rule.unit)}`}>
            {shown}
          </Link>
        )}
      </td>
      <td data-label="Bounds" className={cells["few"]}>
        {[
          low === null ? "" : `at least ${format(low, rule.unit)}`,
          high === null ? "" : `at most ${format(high, rule.unit)}`,
        ]
          .filter(Boolean)
          .join(", ")}
      </td>
      <td data-label="Samples">{format(samples, "count")}</td>
    </tr>
  );
}
