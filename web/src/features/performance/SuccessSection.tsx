import { useMemo } from "react";
import { useCatalogue } from "../../api/useCatalogue";
import { CategoryPanel } from "../../charts/categories/CategoryPanel";
import { prepareCategories } from "../../charts/categories/prepareCategories";
import type { Happening } from "../../charts/marks";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { format } from "../../format/number";
import { bandOf } from "../../format/status";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { whereOf } from "../../state/where";
import grid from "../../ui/Grid.module.css";
import { Section } from "../../ui/Section";
import { StatusMark } from "../../ui/StatusMark";
import { valueOf } from "../overview/valueOf";
import { FAILURE_KINDS } from "./failureKinds";
import type { PerformanceCharts } from "./specs";
import type { Performance } from "./usePerformance";

interface Props {
  performance: Performance;
  spec: PerformanceCharts["success"];
  marks: readonly Happening[];
}

/** How many calls succeed, and why the others did not. */
export function SuccessSection({ performance: { totals, series }, spec, marks }: Props) {
  const href = useHref();
  const { view } = useView();
  const { data: catalogue } = useCatalogue();
  const rate = valueOf(totals.data, "success_rate");
  const status = bandOf(rate, catalogue?.get("success_rate")?.bands);
  const failures = useMemo(() => {
    if (totals.data === undefined) return null;
    const given = FAILURE_KINDS.map(({ metric, type, label }) => ({
      key: metric,
      label,
      value: valueOf(totals.data, metric),
      href: href("/calls", { status: "error", error_type: type }),
    }));
    return prepareCategories(
      given.filter(({ key, value }) => key !== "other_errors" || value !== 0),
      {
        label: "Failed requests",
        unit: "count",
        whole: valueOf(totals.data, "failed_requests"),
        none: "No errors in this time range",
      },
    );
  }, [totals.data, href]);
  return (
    <Section
      title="Success"
      note={
        rate !== null && (
          <>
            {format(rate, "percent")} {status !== null && <StatusMark status={status} />}
          </>
        )
      }
    >
      <div className={grid["twoThirds"]}>
        <TimeChartPanel
          id="success"
          title="Success rate"
          spec={spec}
          result={series.data}
          marks={marks}
          error={series.error}
          stale={series.isPlaceholderData}
          onRetry={() => void series.refetch()}
        />
        <CategoryPanel
          id="failures"
          kind="bars"
          title="Failures by kind"
          nothing="No calls in this time range"
          chart={failures}
          asAlert={{ metrics: FAILURE_KINDS.map(({ metric }) => metric), by: [], where: whereOf(view) }}
          callsHref={href("/calls", { status: "error" })}
          error={totals.error}
          stale={totals.isPlaceholderData}
          onRetry={() => void totals.refetch()}
        />
      </div>
    </Section>
  );
}
