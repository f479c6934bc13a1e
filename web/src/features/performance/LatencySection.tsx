import { Button } from "@mantine/core";
import { IconTargetArrow } from "@tabler/icons-react";
import { useState } from "react";
import { useCatalogue } from "../../api/useCatalogue";
import { HeatmapPanel } from "../../charts/heatmap/HeatmapPanel";
import type { Happening } from "../../charts/marks";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { whereOf } from "../../state/where";
import { Figure } from "../../ui/Figure";
import grid from "../../ui/Grid.module.css";
import { Section } from "../../ui/Section";
import { valueOf } from "../overview/valueOf";
import { PERCENTILES, type PerformanceCharts } from "./specs";
import { TargetMark } from "./TargetMark";
import { TargetsForm } from "./TargetsForm";
import type { Performance } from "./usePerformance";
import type { useTargets } from "./useTargets";

interface Props {
  performance: Performance;
  specs: Pick<PerformanceCharts, "latency" | "parts">;
  marks: readonly Happening[];
  targeting: ReturnType<typeof useTargets>;
  comparing: boolean;
}

/** How long calls take, against targets; where the time goes; how it is spread. */
export function LatencySection({ performance, specs, marks, targeting, comparing }: Props) {
  const { totals, series, parts, latencies } = performance;
  const { targets, change } = targeting;
  const href = useHref();
  const { view } = useView();
  const { role } = useProject();
  const { data: catalogue } = useCatalogue();
  const [editing, setEditing] = useState(false);
  const value = (key: string) => (totals.data === undefined ? undefined : valueOf(totals.data, key));
  const slower = (ms: number | null | undefined) =>
    href("/calls", ms == null ? {} : { min_latency_ms: Math.floor(ms) });
  return (
    <Section
      title="Latency"
      actions={
        role !== "viewer" &&
        targets.data !== undefined &&
        !editing && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconTargetArrow size={14} aria-hidden />}
            onClick={() => setEditing(true)}
          >
            Edit targets
          </Button>
        )
      }
    >
      {editing && targets.data !== undefined && (
        <TargetsForm targets={targets.data} change={change} onDone={() => setEditing(false)} />
      )}
      <div className={grid["figures"]}>
        {PERCENTILES.map((key) => (
          <Figure
            key={key}
            label={catalogue?.get(key)?.label ?? key}
            value={value(key)}
            unit="ms"
            href={slower(value(key))}
          >
            <TargetMark value={value(key)} target={targets.data?.[key]} />
          </Figure>
        ))}
        <Figure
          label={catalogue?.get("avg_latency_ms")?.label ?? "Mean"}
          value={value("avg_latency_ms")}
          unit="ms"
          href={href("/calls")}
        >
          pulled by outliers
        </Figure>
      </div>
      <div className={grid["halves"]}>
        <TimeChartPanel
          id="latency"
          title={comparing ? "Latency, p95" : "Latency percentiles"}
          spec={specs.latency}
          result={series.data}
          marks={marks}
          error={series.error}
          stale={series.isPlaceholderData}
          onRetry={() => void series.refetch()}
        />
        <TimeChartPanel
          id="parts"
          title="Where the time goes"
          note={`parts of the mean${comparing ? ", of all chosen prompts" : ""}`}
          spec={specs.parts}
          result={parts.data}
          marks={marks}
          error={parts.error}
          stale={parts.isPlaceholderData}
          onRetry={() => void parts.refetch()}
        />
      </div>
      <HeatmapPanel
        id="latencies"
        title="How latency is spread"
        note={`calls by time and latency${comparing ? ", of all chosen prompts" : ""}`}
        answer={latencies.data}
        marks={marks}
        nothing="No calls in this time range"
        asAlert={{ metrics: ["p95_latency_ms"], by: [], where: whereOf(view) }}
        callsIn={({ low, high }) => ({ min_latency_ms: low, max_latency_ms: high })}
        height={220}
        error={latencies.error}
        stale={latencies.isPlaceholderData}
        onRetry={() => void latencies.refetch()}
      />
    </Section>
  );
}
