import { NativeSelect } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { Backtest } from "../../api/alerts";
import type { Filter } from "../../api/types";
import { ChartLegend } from "../../charts/ChartLegend";
import type { Happening } from "../../charts/marks";
import { EChart } from "../../charts/EChart";
import { withoutSeries } from "../../charts/prepare";
import { useDeploymentMarks } from "../../charts/useDeploymentMarks";
import { useScheme } from "../../charts/useScheme";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { prepareBacktest, seriesChoices } from "./backtest";
import classes from "./Backtest.module.css";
import { Episodes } from "./Episodes";

const ALL = "";
const NO_MARKS: readonly Happening[] = [];

interface Props {
  tried: Backtest;
  /** Filters of the rule. */
  where: readonly Filter[];
  /** Another answer is on its way. */
  stale: boolean;
}

/** What a rule would have done: in a sentence, on a chart, and one by one. */
export function BacktestView({ tried, where, stale }: Props) {
  const { time_zone: zone } = useProject();
  const scheme = useScheme();
  const [chosen, setChosen] = useState(ALL);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const choices = seriesChoices(tried);
  const shown = choices.some(({ value }) => value === chosen) ? chosen : null;
  const prompts = where.flatMap(({ dimension, op, values }) =>
    dimension === "prompt_id" && op === "in" ? values.map(String) : [],
  );
  const deployments = useDeploymentMarks({ start: Date.parse(tried.start), end: Date.parse(tried.end) }, prompts);
  // those of all prompts would hide what is asked
  const marks = prompts.length === 0 ? NO_MARKS : deployments;
  const whole = useMemo(() => prepareBacktest(tried, shown, zone, marks), [tried, shown, zone, marks]);
  const chart = useMemo(() => withoutSeries(whole, hidden), [whole, hidden]);
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  return (
    <div className={classes["view"]} data-stale={stale || undefined} aria-busy={stale}>
      <p className={classes["summary"]} role="status">
        {tried.summary}
      </p>
      {tried.warnings.map((warning) => (
        <p key={warning} className={classes["warning"]}>
          <IconAlertTriangle size={14} aria-hidden /> {warning}
        </p>
      ))}
      {choices.length > 0 && (
        <NativeSelect
          size="xs"
          aria-label="Series"
          className={classes["series"] ?? ""}
          value={shown ?? ALL}
          data={[
            {
              value: ALL,
              label:
                tried.series_total > tried.series.length
                  ? `${tried.series.length} of ${tried.series_total} series`
                  : `All ${tried.series.length} series`,
            },
            ...choices,
          ]}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      )}
      <div className={classes["chart"]}>
        {whole.empty ? (
          <Empty title="No data in this time">
            The rule has nothing to be tried on yet. It can be saved all the same.
          </Empty>
        ) : (
          <EChart
            chart={chart}
            scheme={scheme}
            label={`${tried.metric_label}, chart with the times in which the rule would have fired. The list below tells them one by one.`}
            group="backtest"
            onZoom={() => undefined}
            onZoomOut={() => undefined}
          />
        )}
      </div>
      {!whole.empty && (
        <div className={classes["legend"]}>
          <ChartLegend chart={whole} hidden={hidden} onToggle={toggle} />
        </div>
      )}
      <Episodes tried={tried} where={where} shown={shown} />
    </div>
  );
}
