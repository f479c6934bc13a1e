import type { Params } from "../../../api/client";
import type { Band } from "../../../api/types";
import type { ChartSpec } from "../../../charts/prepare";

interface VersionChart {
  id: string;
  title: string;
  spec: ChartSpec;
  calls?: Params;
}

/** The charts of a prompt, each a metric by version. */
export function versionCharts(bands: readonly Band[] | null): VersionChart[] {
  const one = (kind: ChartSpec["kind"], metric: string): ChartSpec => ({ kind, metrics: [metric] });
  return [
    { id: "volume", title: "Requests", spec: { ...one("bar", "total_requests"), none: "No calls in this time range" } },
    { id: "success", title: "Success rate", spec: { ...one("line", "success_rate"), bands } },
    { id: "latency", title: "Latency, p95", spec: one("line", "p95_latency_ms") },
    {
      id: "errors",
      title: "Failed requests",
      spec: { ...one("bar", "failed_requests"), none: "No errors in this time range" },
      calls: { status: "error" },
    },
    {
      id: "cost",
      title: "Cost per request",
      spec: { ...one("line", "cost_per_request_usd"), none: "No known cost in this time range" },
    },
    {
      id: "tokens",
      title: "Tokens per request",
      spec: { ...one("line", "avg_tokens_per_request"), none: "No known tokens in this time range" },
    },
  ];
}
