import type { Catalogue } from "./types";
import { useWholeCatalogue } from "./useWholeCatalogue";

/** What the metrics mean: labels, units, directions, status bands. */
export function useCatalogue() {
  return useWholeCatalogue(metricsByKey);
}

function metricsByKey({ metrics }: Catalogue) {
  return new Map(metrics.map((metric) => [metric.key, metric]));
}
