import { useMemo } from "react";
import { useMetrics } from "../../api/useMetrics";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import type { ChartSpec } from "../../charts/prepare";
import { useDeploymentMarks } from "../../charts/useDeploymentMarks";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import overview from "../overview/Overview.module.css";
import { namedVersions } from "../prompts/detail/byVersion";
import type { Subject } from "./subjects";

const CHARTS: readonly { id: string; title: string; spec: ChartSpec }[] = [
  { id: "volume", title: "Requests", spec: { kind: "line", metrics: ["total_requests"] } },
  { id: "success", title: "Success rate", spec: { kind: "line", metrics: ["success_rate"] } },
  { id: "latency", title: "Latency, p95", spec: { kind: "line", metrics: ["p95_latency_ms"] } },
  { id: "tokens", title: "Tokens per request", spec: { kind: "line", metrics: ["avg_tokens_per_request"] } },
  { id: "cost", title: "Cost per request", spec: { kind: "line", metrics: ["cost_per_request_usd"] } },
];

/** The subjects over time, one line each. */
export function CompareCharts({ subjects }: { subjects: readonly Subject[] }) {
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const window = useWindow();
  const versions = subjects.flatMap(({ version }) => version ?? []);
  const ofVersions = versions.length > 0;
  const series = useMetrics({
    metrics: CHARTS.flatMap(({ spec }) => spec.metrics),
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
  const named = useMemo(
    () => (series.data !== undefined && ofVersions ? namedVersions(series.data) : series.data),
    [series.data, ofVersions],
  );
  const marks = useDeploymentMarks(window, view.prompts);
  return (
    <div className={overview["charts"]}>
      {CHARTS.map(({ id, title, spec }) => (
        <TimeChartPanel
          key={id}
          id={id}
          title={title}
          spec={spec}
          result={named}
          marks={marks}
          error={series.error}
          stale={series.isPlaceholderData}
          onRetry={() => void series.refetch()}
        />
      ))}
    </div>
  );
}
