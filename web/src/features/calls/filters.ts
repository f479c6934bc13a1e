/** A filter of the list of calls; its key is the parameter's name in the address and in the API. */
export interface Filter {
  key: string;
  label: string;
  /** The values there are, where they are few and fixed. */
  choices?: readonly string[];
  kind?: "number";
}

export const FILTERS: readonly Filter[] = [
  { key: "status", label: "Status", choices: ["success", "error"] },
  {
    key: "error_type",
    label: "Error type",
    choices: ["timeout", "rate_limit", "model_error", "validation", "system", "other"],
  },
  { key: "error_family", label: "Error family", choices: ["4xx", "5xx", "llm"] },
  { key: "model", label: "Model" },
  { key: "provider", label: "Provider" },
  { key: "prompt_version", label: "Prompt version" },
  { key: "feature", label: "Feature" },
  { key: "user_id", label: "User" },
  { key: "session_id", label: "Session" },
  { key: "trace_id", label: "Trace" },
  { key: "experiment_id", label: "Experiment" },
  { key: "variant_id", label: "Variant" },
  { key: "min_latency_ms", label: "Latency, at least (ms)", kind: "number" },
  { key: "max_latency_ms", label: "Latency, at most (ms)", kind: "number" },
  { key: "cost_source", label: "Cost source", choices: ["client", "price_list", "override", "unpriced"] },
];

export const SEARCH = "search";

export interface ActiveFilter {
  filter: Filter;
  value: string;
}

/** The filters that an address holds. */
export function activeFilters(params: URLSearchParams): ActiveFilter[] {
  return FILTERS.flatMap((filter) => {
    const value = params.get(filter.key);
    return value === null || value === "" ? [] : [{ filter, value }];
  });
}

/** The address with a filter set; an empty value takes it away. */
export function withFilter(params: URLSearchParams, key: string, value: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value.trim() === "") next.delete(key);
  else next.set(key, value.trim());
  return next;
}

/** What the API takes as parameters. */
export function filterParams(params: URLSearchParams): Record<string, string | null> {
  const given = activeFilters(params).map(({ filter, value }) => [filter.key, value] as const);
  const search = params.get(SEARCH);
  return Object.fromEntries([...given, [SEARCH, search === "" ? null : search]]);
}
