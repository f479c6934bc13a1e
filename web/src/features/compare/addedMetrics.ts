const METRIC = "metric";

/** The address with one more metric beside the usual ones. */
export function withMetric(params: URLSearchParams, metric: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (!next.getAll(METRIC).includes(metric)) next.append(METRIC, metric);
  return next;
}

/** The address without a metric that was added. */
export function withoutMetric(params: URLSearchParams, metric: string): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete(METRIC, metric);
  return next;
}

/** The metrics that an address adds to the usual ones. */
export function addedMetrics(params: URLSearchParams): string[] {
  return [...new Set(params.getAll(METRIC))].filter((metric) => metric !== "");
}
