import { useMetrics } from "../../api/useMetrics";
import type { Query } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { isComparing, whereOf } from "../../state/where";

const TOTALS = ["total_cost_usd", "cost_per_request_usd", "priced_share", "unpriced_requests", "total_requests"];

/** What calls of the view cost: in total, and over time. */
export function useCostFigures() {
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const { start, end, bucket } = useWindow();
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString(), tz };
  const where = whereOf(view);
  const groups: Pick<Query, "by" | "limit"> = isComparing(view) ? { by: ["prompt_id"], limit: 3 } : {};
  const previous: Pick<Query, "compare"> = view.previous ? { compare: "previous" } : {};
  return {
    totals: useMetrics({ metrics: TOTALS, ...range, where, ...previous }),
    series: useMetrics({
      metrics: ["cost_per_request_usd"],
      ...range,
      bucket,
      where,
      ...groups,
      ...previous,
    }),
  };
}

export type CostFigures = ReturnType<typeof useCostFigures>;
