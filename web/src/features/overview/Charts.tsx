import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Answered } from "../../api/useMetrics";
import { useCatalogue } from "../../api/useCatalogue";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { useMarks } from "../../charts/useMarks";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { isComparing } from "../../state/where";
import classes from "./Overview.module.css";
import { overviewCharts } from "./specs";

export function Charts({ series }: { series: UseQueryResult<Answered> }) {
  const { view } = useView();
  const { data: catalogue } = useCatalogue();
  const marks = useMarks(useWindow(), view.prompts);
  const comparing = isComparing(view);
  const bands = catalogue?.get("success_rate")?.bands ?? null;
  const charts = useMemo(() => overviewCharts(comparing, bands), [comparing, bands]);
  return (
    <div className={classes["charts"]}>
      {charts.map(({ id, title, spec, calls }) => (
        <TimeChartPanel
          key={id}
          id={id}
          title={title}
          spec={spec}
          calls={calls ?? {}}
          result={series.data}
          marks={marks}
          error={series.error}
          stale={series.isPlaceholderData}
          onRetry={() => void series.refetch()}
        />
      ))}
    </div>
  );
}
