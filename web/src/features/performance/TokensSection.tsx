import { TimeChartPanel } from "../../charts/TimeChartPanel";
import type { Happening } from "../../charts/marks";
import { useCatalogue } from "../../api/useCatalogue";
import { useHref } from "../../state/useHref";
import { Change } from "../../ui/Change";
import { Figure } from "../../ui/Figure";
import grid from "../../ui/Grid.module.css";
import { Section } from "../../ui/Section";
import { valueOf } from "../overview/valueOf";
import type { PerformanceCharts } from "./specs";
import type { Performance } from "./usePerformance";

interface Props {
  performance: Performance;
  spec: PerformanceCharts["tokens"];
  marks: readonly Happening[];
}

const FIGURES = ["total_tokens", "input_tokens", "output_tokens", "avg_tokens_per_request"] as const;

/** How many tokens go in and come out, and how many a request takes. */
export function TokensSection({ performance: { totals, series }, spec, marks }: Props) {
  const href = useHref();
  const { data: catalogue } = useCatalogue();
  return (
    <Section title="Tokens">
      <div className={grid["figures"]}>
        {FIGURES.map((key) => {
          const change = totals.data?.change?.[key]?.[0];
          const info = catalogue?.get(key);
          return (
            <Figure
              key={key}
              label={info?.label ?? key}
              value={totals.data === undefined ? undefined : valueOf(totals.data, key)}
              unit="tokens"
              href={href("/calls")}
            >
              {change !== undefined && (
                <Change
                  percent={change.percent}
                  trend={change.trend}
                  better={info?.better ?? "neither"}
                  unit="tokens"
                />
              )}
            </Figure>
          );
        })}
      </div>
      <TimeChartPanel
        id="tokens"
        title="Tokens over time"
        spec={spec}
        result={series.data}
        marks={marks}
        error={series.error}
        stale={series.isPlaceholderData}
        onRetry={() => void series.refetch()}
      />
    </Section>
  );
}
