import type { CatalogueMetric } from "../api/types";
import type { Target } from "./prepare";

/** What a metric that is drawn alone is held to; bands say more, and come first. */
export function thresholdTargets(
  metrics: readonly string[],
  known: ReadonlyMap<string, Partial<Pick<CatalogueMetric, "threshold">> & { bands?: readonly unknown[] }> | undefined,
): Target[] {
  const [metric, ...others] = metrics;
  if (metric === undefined || others.length > 0) return [];
  const { threshold = null, bands = [] } = known?.get(metric) ?? {};
  return threshold === null || bands.length > 0 ? [] : [{ metric, value: threshold, label: "threshold" }];
}
