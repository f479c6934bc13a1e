import { useMemo } from "react";
import type { Prompt } from "../../../api/types";
import { useCatalogue } from "../../../api/useCatalogue";
import { TimeChartPanel } from "../../../charts/TimeChartPanel";
import { useMarks } from "../../../charts/useMarks";
import { useWindow } from "../../../state/useWindow";
import { KpiCards } from "../../overview/KpiCards";
import overview from "../../overview/Overview.module.css";
import { namedVersions } from "./byVersion";
import { versionCharts } from "./specs";
import { usePromptFigures } from "./usePromptFigures";
import { VersionTable } from "./VersionTable";

interface Props {
  name: string;
  /** null: the registry does not have it. */
  prompt: Prompt | null;
}

/** How a prompt fares, and each of its versions. */
export function MetricsTab({ name, prompt }: Props) {
  const { figures, series, versions, scores } = usePromptFigures(name);
  const { data: catalogue } = useCatalogue();
  const bands = catalogue?.get("success_rate")?.bands ?? null;
  const charts = useMemo(() => versionCharts(bands), [bands]);
  const marks = useMarks(useWindow(), [name]);
  const named = useMemo(() => (series.data === undefined ? undefined : namedVersions(series.data)), [series.data]);
  const of = { prompts: [name] };
  return (
    <>
      <KpiCards totals={figures.totals} series={figures.series} rate={figures.rate} of={of} />
      <VersionTable name={name} versions={versions} scores={scores} deployed={prompt?.deployed ?? {}} />
      <div className={overview["charts"]}>
        {charts.map(({ id, title, spec, calls }) => (
          <TimeChartPanel
            key={id}
            id={id}
            title={title}
            note="by version"
            spec={spec}
            calls={calls ?? {}}
            of={of}
            result={named}
            marks={marks}
            error={series.error}
            stale={series.isPlaceholderData}
            onRetry={() => void series.refetch()}
          />
        ))}
      </div>
    </>
  );
}
