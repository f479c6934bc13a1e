import { Button, Skeleton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconGitCommit,
  IconHourglass,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import { colourAt } from "../../charts/palette";
import { useScheme } from "../../charts/useScheme";
import { Sparkline } from "../../charts/Sparkline";
import { format, formatChange, type Unit } from "../../format/number";
import { formatTime } from "../../format/time";
import { useTurn } from "../../state/useTurn";
import { useView } from "../../state/useView";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { Table } from "../../ui/Table";
import classes from "./Quality.module.css";
import type { Drift, DriftMetric } from "./shapes";
import { useQuality } from "./useQuality";

const CAUSES: Record<DriftMetric["cause"], { word: string; icon: Icon }> = {
  provider: { word: "The provider changed", icon: IconAlertTriangle },
  own_change: { word: "A version changed", icon: IconGitCommit },
  mix: { word: "Other use", icon: IconUsers },
  none: { word: "No change", icon: IconCircleCheck },
  too_few: { word: "Too few calls", icon: IconHourglass },
};

/** Whether models answer otherwise than before, and whose doing it is. */
export function DriftPanel() {
  const drift = useQuality<Drift>("drift", {}, useTurn());
  const scheme = useScheme();
  const { change } = useView();
  const { data, error } = drift;
  const tooFew = data?.models.every(({ metrics }) => metrics.every(({ cause }) => cause === "too_few"));
  return (
    <Panel title="Did the provider change?" note="length, latency and refusals by model">
      {data === undefined && error === null && <Skeleton height={140} m="sm" w="auto" />}
      {data === undefined && error !== null && (
        <Failure what="The models could not be compared" error={error} onRetry={() => void drift.refetch()} />
      )}
      {data?.models.length === 0 && (
        <Empty title="No model has enough calls in this time range">
          Two weeks of calls show whether a model answers otherwise than before.
        </Empty>
      )}
      {data !== undefined && data.models.length > 0 && tooFew && (
        <Empty title="Too few days with calls to tell">
          <p>Two weeks of calls show whether a model answers otherwise than before.</p>
          <Button size="xs" variant="default" onClick={() => change({ range: { preset: "30d" } })}>
            Show the last 30 days
          </Button>
        </Empty>
      )}
      {data !== undefined && data.models.length > 0 && !tooFew && (
        <>
          <Table label="Models over time" busy={drift.isPlaceholderData} className={classes["table"]}>
            <thead>
              <tr>
                <th scope="col">Model</th>
                <th scope="col">What</th>
                <th scope="col">By day</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
                <th scope="col">Change</th>
                <th scope="col">Since</th>
                <th scope="col">Cause</th>
              </tr>
            </thead>
            <tbody>
              {changedFirst(data.models).flatMap(({ model, provider, sentence, metrics }) =>
                metrics.map((metric, i) => (
                  <tr key={`${provider ?? ""} ${model} ${metric.metric}`}>
                    {i === 0 && (
                      <th scope="rowgroup" rowSpan={metrics.length} className={classes["model"]}>
                        {model}
                        <span className={classes["sentence"]}>{sentence}</span>
                      </th>
                    )}
                    <td>{metric.label}</td>
                    <td className={classes["spark"]}>
                      <Sparkline
                        points={metric.days.map(({ value }) => value)}
                        colour={colourAt(0, scheme)}
                        partialLast={false}
                      />
                    </td>
                    {metric.changed_on === null ? (
                      <td colSpan={2}>
                        {format(metric.before, metric.unit as Unit)}
                        {metric.before !== null && <span className={classes["muted"]}> throughout</span>}
                      </td>
                    ) : (
                      <>
                        <td>{format(metric.before, metric.unit as Unit)}</td>
                        <td>{format(metric.after, metric.unit as Unit)}</td>
                      </>
                    )}
                    <td>
                      {formatChange(metric.change_percent)}
                      {metric.low_percent !== null && metric.high_percent !== null && (
                        <span className={classes["interval"]}>
                          {formatChange(metric.low_percent)} to {formatChange(metric.high_percent)}
                        </span>
                      )}
                    </td>
                    <td className={classes["day"]}>
                      {metric.changed_on === null ? "" : formatTime(`${metric.changed_on}T12:00:00Z`, "day", "UTC")}
                    </td>
                    <td>
                      <Cause cause={metric.cause} />
                    </td>
                  </tr>
                )),
              )}
            </tbody>
          </Table>
          <p className={classes["method"]}>{data.method}</p>
        </>
      )}
    </Panel>
  );
}

function Cause({ cause }: { cause: DriftMetric["cause"] }) {
  const { word, icon: Mark } = CAUSES[cause];
  return (
    <span className={classes["cause"]} data-cause={cause}>
      <Mark size={14} aria-hidden /> {word}
    </span>
  );
}

/** The models that answer otherwise than before above those that do not. */
function changedFirst(models: Drift["models"]): Drift["models"] {
  const changed = ({ metrics }: Drift["models"][number]) => metrics.some(({ changed_on: day }) => day !== null);
  return [...models.filter(changed), ...models.filter((model) => !changed(model))];
}
