/** Metrics of calls that a variant can be judged by: those that have a value for each unit. */
export const CALL_METRICS: readonly string[] = [
  "success_rate",
  "error_rate",
  "avg_latency_ms",
  "p50_latency_ms",
  "p75_latency_ms",
  "p90_latency_ms",
  "p95_latency_ms",
  "p99_latency_ms",
  "avg_first_token_ms",
  "p95_first_token_ms",
  "cost_per_request_usd",
  "avg_tokens_per_request",
  "avg_input_tokens",
  "avg_output_tokens",
  "total_cost_usd",
  "total_requests",
  "total_tokens",
];

export const OUTCOMES: readonly string[] = ["success", "failure"];
