import { useSearchParams } from "react-router";
import type { Budget, Period, Projection } from "../../api/costs";
import type { ChartSpec } from "../../charts/prepare";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { useMarks } from "../../charts/useMarks";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { withParams } from "../../state/withParams";
import grid from "../../ui/Grid.module.css";
import { Section } from "../../ui/Section";
import { ProjectionPanel } from "./ProjectionPanel";
import { SpendFigures } from "./SpendFigures";
import { TrendPanel } from "./TrendPanel";
import type { CostFigures } from "./useCostFigures";
import { useCostRead } from "./useCostRead";

const PER_REQUEST: ChartSpec = {
  kind: "line",
  metrics: ["cost_per_request_usd"],
  none: "No known cost in this time range",
};

interface Props {
  figures: CostFigures;
  budgets: readonly Budget[];
}

/** What is spent, and what will be. */
export function SpendSection({ figures: { totals, series }, budgets }: Props) {
  const { view } = useView();
  const marks = useMarks(useWindow(), view.prompts);
  const [params, setParams] = useSearchParams();
  const period: Period = params.get("period") === "week" ? "week" : "month";
  const step = stepOf(params.get("trend"));
  // a projection is of one prompt or of all
  const prompt = view.prompts.length === 1 ? (view.prompts[0] ?? null) : null;
  const of = { prompt_id: prompt, environment: view.environment };
  const month = useCostRead<Projection>("projection", { period: "month", ...of });
  const projection = useCostRead<Projection>("projection", { period, ...of });
  const set = (part: Record<string, string | null>) =>
    setParams((current) => withParams(current, part), { replace: true });
  return (
    <Section
      title="Spend"
      note={prompt === null && view.prompts.length > 0 ? "the projection is of all prompts together" : undefined}
    >
      <SpendFigures totals={totals} month={month} />
      <ProjectionPanel
        period={period}
        onPeriod={(next) => set({ period: next === "month" ? null : next })}
        projection={projection}
        budgets={budgets}
        prompt={prompt}
      />
      <div className={grid["halves"]}>
        <TrendPanel period={step} onPeriod={(next) => set({ trend: next === "day" ? null : next })} />
        <TimeChartPanel
          id="per-request"
          title="Cost per request"
          spec={PER_REQUEST}
          result={series.data}
          marks={marks}
          error={series.error}
          stale={series.isPlaceholderData}
          onRetry={() => void series.refetch()}
        />
      </div>
    </Section>
  );
}

function stepOf(text: string | null): Period {
  return text === "week" || text === "month" ? text : "day";
}
