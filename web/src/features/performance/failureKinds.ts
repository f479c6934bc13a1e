/** What fails, in the order of the page; `type` is what calls are filtered by. */
export const FAILURE_KINDS = [
  { metric: "timeout_errors", type: "timeout", label: "Timeout" },
  { metric: "rate_limit_errors", type: "rate_limit", label: "LLM: rate limit" },
  { metric: "model_errors", type: "model_error", label: "LLM: model error" },
  { metric: "validation_errors", type: "validation", label: "Validation" },
  { metric: "system_errors", type: "system", label: "System" },
  { metric: "other_errors", type: "other", label: "Other" },
] as const;
