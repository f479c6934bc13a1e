import type { Targets } from "../../api/analysis";
import type { Band } from "../../api/types";
import type { ChartSpec, Target } from "../../charts/prepare";
import { format } from "../../format/number";

export const PARTS = ["part_llm_ms", "part_network_ms", "part_queue_ms", "part_other_ms"] as const;
export const BY_TYPE = [
  "timeout_errors",
  "rate_limit_errors",
  "model_errors",
  "validation_errors",
  "system_errors",
  "other_errors",
] as const;
export const BY_FAMILY = ["errors_4xx", "errors_5xx", "errors_llm"] as const;
export const PERCENTILES = ["p50_latency_ms", "p95_latency_ms", "p99_latency_ms"] as const;
export const TOKENS = ["fresh_input_tokens", "cached_input_tokens", "plain_output_tokens", "reasoning_tokens"] as const;

/** How failures are told apart. */
export type Split = "type" | "family";

const NO_CALLS = "No calls in this time range";
const NO_ERRORS = "No errors in this time range";

interface Setting {
  /** Several prompts, each a series of one metric. */
  comparing: boolean;
  bands: readonly Band[] | null;
  targets: Targets | undefined;
  split: Split;
}

export interface PerformanceCharts {
  volume: ChartSpec;
  success: ChartSpec;
  latency: ChartSpec;
  parts: ChartSpec;
  errors: ChartSpec;
  tokens: ChartSpec;
}

/** The time charts of the page. */
export function performanceCharts({ comparing, bands, targets, split }: Setting): PerformanceCharts {
  return {
    volume: { kind: "line", metrics: ["total_requests"], none: NO_CALLS },
    success: { kind: "line", metrics: ["success_rate"], bands },
    latency: {
      kind: "line",
      metrics: comparing ? ["p95_latency_ms"] : PERCENTILES,
      targets: comparing || targets === undefined ? [] : targetLines(targets),
    },
    parts: { kind: "area", metrics: PARTS, labels: PART_LABELS },
    errors: {
      kind: "area",
      metrics: comparing ? ["failed_requests"] : split === "type" ? BY_TYPE : BY_FAMILY,
      none: NO_ERRORS,
    },
    tokens: comparing
      ? { kind: "bar", metrics: ["total_tokens"], none: "No known tokens in this time range" }
      : {
          kind: "bar",
          metrics: TOKENS,
          overlay: ["avg_tokens_per_request"],
          none: "No known tokens in this time range",
        },
  };
}

const PART_LABELS = {
  part_llm_ms: "LLM",
  part_network_ms: "Network",
  part_queue_ms: "Queue",
  part_other_ms: "Not told apart",
} as const;

function targetLines(targets: Targets): Target[] {
  return PERCENTILES.map((metric) => ({
    metric,
    value: targets[metric],
    label: `${metric.slice(0, 3)} target ${format(targets[metric], "ms")}`,
  }));
}
