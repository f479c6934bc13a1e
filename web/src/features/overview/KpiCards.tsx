import type { UseQueryResult } from "@tanstack/react-query";
import type { Answered } from "../../api/useMetrics";
import type { Params } from "../../api/client";
import { useClock } from "../../state/ClockContext";
import { useWindow } from "../../state/useWindow";
import type { View } from "../../state/view";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { KpiCard } from "./KpiCard";
import classes from "./Overview.module.css";
import { valueOf } from "./valueOf";
import { format } from "../../format/number";

interface Props {
  totals: UseQueryResult<Answered>;
  series: UseQueryResult<Answered>;
  rate: UseQueryResult<Answered>;
  /** What the calls behind the numbers are of, where that is not what the page is of. */
  of?: Partial<View>;
}

/** The six numbers to glance at. */
export function KpiCards({ totals, series, rate, of = {} }: Props) {
  const { end } = useWindow();
  const { now } = useClock();
  if (totals.data === undefined && totals.error !== null) {
    return (
      <Panel title="Key figures">
        <Failure
          what="The key figures could not be loaded"
          error={totals.error}
          onRetry={() => void totals.refetch()}
        />
      </Panel>
    );
  }
  const current = end >= now ? `now ${format(valueOf(rate.data, "requests_per_minute"), "per_minute")}, ` : "";
  const total = (key: string) => valueOf(totals.data, key);
  const p95 = total("p95_latency_ms");
  const cards: { metric: string; note: string; calls?: Params }[] = [
    {
      metric: "total_requests",
      note: `${current}peak ${format(total("peak_rpm"), "per_minute")}`,
    },
    { metric: "success_rate", note: "", calls: { status: "success" } },
    {
      metric: "p95_latency_ms",
      note: `p50 ${format(total("p50_latency_ms"), "ms")}, p99 ${format(total("p99_latency_ms"), "ms")}`,
      calls: p95 === null ? {} : { min_latency_ms: Math.floor(p95) },
    },
    { metric: "error_rate", note: `${format(total("failed_requests"), "count")} failed`, calls: { status: "error" } },
    { metric: "total_tokens", note: `${format(total("avg_tokens_per_request"), "tokens")} a request` },
    {
      metric: "total_cost_usd",
      note: `${format(total("cost_per_request_usd"), "usd")} a request`,
    },
  ];
  return (
    <div className={classes["cards"]} data-comparing={(totals.data?.groups.length ?? 0) > 1 || undefined}>
      {cards.map(({ metric, note, calls }) => (
        <KpiCard
          key={metric}
          metric={metric}
          note={note}
          calls={calls ?? {}}
          of={of}
          totals={totals.data}
          series={series.data}
          stale={totals.isPlaceholderData}
        />
      ))}
    </div>
  );
}
