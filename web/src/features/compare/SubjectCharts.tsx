import { useMemo } from "react";
import { useMetrics } from "../../api/useMetrics";
import type { ChartSpec } from "../../charts/prepare";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { useMarks } from "../../charts/useMarks";
import type { Unit } from "../../format/number";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import { namedVersions } from "../prompts/detail/byVersion";
import type { Subject } from "./subjects";

export interface SubjectChart {
  id: string;
  title: string;
  /** Of one metric. */
  spec: ChartSpec;
  /** Of a formula, which does not know its own. */
  unit?: Unit;
}

interface Props {
  subjects: readonly Subject[];
  charts: readonly SubjectChart[];
}

/** Charts that are asked for together: a line for each subject. */
export function SubjectCharts({ subjects, charts }: Props) {
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const window = useWindow();
  const versions = subjects.flatMap(({ version }) => version ?? []);
  const ofVersions = versions.length > 0;
  const series = useMetrics({
    // the groups are those of the first metric: all that are called, also those that have no score
    metrics: [...new Set(["total_requests", ...charts.flatMap(({ spec }) => spec.metrics)])],
    start: new Date(window.start).toISOString(),
    end: new Date(window.end).toISOString(),
    bucket: window.bucket,
    tz,
    where: [
      ...whereOf(view),
      ...(ofVersions ? [{ dimension: "prompt_version", op: "in" as const, values: versions }] : []),
    ],
    by: [ofVersions ? "prompt_version" : "prompt_id"],
    limit: 3,
  });
  const named = useMemo(() => {
    if (series.data === undefined) return undefined;
    const given = new Map(charts.map(({ spec, title, unit }) => [spec.metrics[0], { label: title, unit }]));
    const metrics = series.data.metrics.map((metric) => {
      const { label, unit } = given.get(metric.key) ?? {};
      return { ...metric, label: label ?? metric.label, unit: unit ?? metric.unit };
    });
    const answer = { ...series.data, metrics };
    return ofVersions ? namedVersions(answer) : answer;
  }, [series.data, charts, ofVersions]);
  const marks = useMarks(window, view.prompts);
  return charts.map(({ id, title, spec }) => (
    <TimeChartPanel
      key={id}
      id={id}
      title={title}
      spec={spec}
      // an answer to what was asked before lacks what was added since
      result={named?.metrics.some(({ key }) => key === spec.metrics[0]) ? named : undefined}
      marks={marks}
      error={series.error}
      stale={series.isPlaceholderData}
      onRetry={() => void series.refetch()}
    />
  ));
}
