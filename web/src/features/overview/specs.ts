import type { Params } from "../../api/client";
import type { Band } from "../../api/types";
import type { ChartSpec } from "../../charts/prepare";

export interface OverviewChart {
  id: string;
  title: string;
  spec: ChartSpec;
  /** Filters of the calls that the chart counts. */
  calls?: Params;
}

const NO_ERRORS = "No errors in this time range";
const NO_CALLS = "No calls in this time range";
const NO_TOKENS = "No known tokens in this time range";
const NO_COST = "No known cost in this time range";
const ERRORS: Params = { status: "error" };

/** The charts of Overview. Where prompts are compared, each is a series of one metric. */
export function overviewCharts(comparing: boolean, bands: readonly Band[] | null): OverviewChart[] {
  const success: ChartSpec = {
    kind: "line",
    metrics: ["success_rate"],
    bands,
  };
  const one = (kind: ChartSpec["kind"], ...metrics: string[]): ChartSpec => ({ kind, metrics });
  return comparing
    ? [
        { id: "volume", title: "Requests", spec: { ...one("line", "total_requests"), none: NO_CALLS } },
        { id: "success", title: "Success rate", spec: success },
        { id: "latency", title: "Latency, p95", spec: one("line", "p95_latency_ms") },
        {
          id: "errors",
          title: "Failed requests",
          spec: { ...one("area", "failed_requests"), none: NO_ERRORS },
          calls: ERRORS,
        },
        { id: "tokens", title: "Tokens", spec: { ...one("bar", "total_tokens"), none: NO_TOKENS } },
        { id: "cost", title: "Cost", spec: { ...one("line", "total_cost_usd"), none: NO_COST } },
      ]
    : [
        { id: "volume", title: "Requests", spec: { ...one("line", "total_requests"), none: NO_CALLS } },
        { id: "success", title: "Success rate", spec: success },
        { id: "latency", title: "Latency", spec: one("line", "p50_latency_ms", "p95_latency_ms", "p99_latency_ms") },
        {
          id: "errors",
          title: "Errors by type",
          spec: { ...one("area", ...ERROR_TYPES), none: NO_ERRORS },
          calls: ERRORS,
        },
        { id: "tokens", title: "Tokens", spec: { ...one("bar", "input_tokens", "output_tokens"), none: NO_TOKENS } },
        { id: "cost", title: "Cost", spec: { ...one("line", "total_cost_usd"), none: NO_COST } },
      ];
}

const ERROR_TYPES = [
  "timeout_errors",
  "rate_limit_errors",
  "model_errors",
  "validation_errors",
  "system_errors",
  "other_errors",
];
