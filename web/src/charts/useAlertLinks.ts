import type { Params } from "../api/client";
import { useCatalogue } from "../api/useCatalogue";
import { useProject } from "../state/ProjectContext";
import { useHref } from "../state/useHref";
import { alertParams, watchable, type ChartAlert } from "./chartAlert";

export interface AlertLink {
  /** Of the metric. */
  label: string;
  href: string;
}

const NONE: readonly AlertLink[] = [];

/** Where a rule on each metric of a chart is made; none for those who may not make one. */
export function useAlertLinks(chart: ChartAlert | null): readonly AlertLink[] {
  const { role } = useProject();
  const { data: catalogue } = useCatalogue();
  const href = useHref();
  if (chart === null || role === "viewer" || catalogue === undefined) return NONE;
  return alertLinks(chart, catalogue, href);
}

export function alertLinks(
  chart: ChartAlert,
  catalogue: ReadonlyMap<string, { label: string }>,
  href: (path: string, params: Params) => string,
): AlertLink[] {
  return watchable(chart.metrics, catalogue).map((metric) => ({
    label: catalogue.get(metric)?.label ?? metric.replace(/^=\s*/, ""),
    href: href("/alerts/new", alertParams(metric, chart)),
  }));
}
