import { SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { useMetrics } from "../../api/useMetrics";
import type { ChartSpec } from "../../charts/prepare";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { useMarks } from "../../charts/useMarks";
import { format, type Unit } from "../../format/number";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import { namedVersions } from "../prompts/detail/byVersion";
import { MOST_TEXTS, scoreLines } from "./formulas";
import type { ScoreSummary } from "./shapes";
import { mostly } from "./telling";

/** One score over time; of one prompt also by version. */
export function ScorePanel({ summary }: { summary: ScoreSummary }) {
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const window = useWindow();
  const marks = useMarks(window, view.prompts);
  const lines = useMemo(() => scoreLines(summary), [summary]);
  const canSplit = view.prompts.length === 1 && summary.type !== "categorical";
  const [wanted, setWanted] = useState("all");
  const byVersion = canSplit && wanted === "version";
  const series = useMetrics({
    metrics: lines.map(({ formula }) => formula),
    start: new Date(window.start).toISOString(),
    end: new Date(window.end).toISOString(),
    bucket: window.bucket,
    tz,
    where: whereOf(view),
    ...(byVersion ? { by: ["prompt_version"], limit: 8 } : {}),
  });
  const unit: Unit = summary.type === "numeric" ? "score" : "percent";
  const named = useMemo(() => {
    if (series.data === undefined) return undefined;
    const labels = new Map(lines.map(({ formula, label }) => [formula, label]));
    const metrics = series.data.metrics.map((metric) => ({
      ...metric,
      unit,
      label: labels.get(metric.key) ?? metric.label,
    }));
    const answer = { ...series.data, metrics };
    return byVersion ? namedVersions(answer) : answer;
  }, [series.data, lines, unit, byVersion]);
  const spec: ChartSpec = {
    kind: summary.type === "categorical" ? "area" : "line",
    metrics: lines.map(({ formula }) => formula),
  };
  return (
    <TimeChartPanel
      id={`score-${summary.name}`}
      title={summary.name}
      note={noteOf(summary)}
      controls={
        canSplit && (
          <SegmentedControl
            size="xs"
            aria-label={`How ${summary.name} is shown`}
            value={wanted}
            data={[
              { value: "all", label: "All" },
              { value: "version", label: "By version" },
            ]}
            onChange={setWanted}
          />
        )
      }
      spec={spec}
      result={named}
      marks={marks}
      error={series.error}
      stale={series.isPlaceholderData}
      onRetry={() => void series.refetch()}
    />
  );
}

function noteOf({ type, count, mean, true_percent: percent, shares, calls }: ScoreSummary): string {
  const value =
    type === "numeric"
      ? `mean ${format(mean, "score")}`
      : type === "boolean"
        ? `${format(percent, "percent")} true`
        : shares.length > MOST_TEXTS
          ? `${MOST_TEXTS} of ${shares.length} texts`
          : mostly(shares);
  const of = calls === null ? "" : `, ${format(calls, "count")} calls in all`;
  return `${value}, given ${format(count, "count")} times${of}`;
}
