import type { UseQueryResult } from "@tanstack/react-query";
import { useLocation } from "react-router";
import type { Projection } from "../../api/costs";
import { format } from "../../format/number";
import { unpricedParams } from "../../state/unpricedParams";
import { useHref } from "../../state/useHref";
import { Change } from "../../ui/Change";
import { Figure } from "../../ui/Figure";
import grid from "../../ui/Grid.module.css";
import { valueOf } from "../overview/valueOf";
import type { CostFigures } from "./useCostFigures";

interface Props {
  totals: CostFigures["totals"];
  month: UseQueryResult<Projection>;
}

/** What was spent, what a request costs, what the month will, and how much of it is known. */
export function SpendFigures({ totals, month }: Props) {
  const href = useHref();
  const { search } = useLocation();
  const of = (key: string) => (totals.data === undefined ? undefined : valueOf(totals.data, key));
  const change = (key: string) => totals.data?.change?.[key]?.[0];
  const unpriced = of("unpriced_requests") ?? null;
  const found = month.data;
  return (
    <div className={grid["figures"]}>
      {(["total_cost_usd", "cost_per_request_usd"] as const).map((key) => {
        const changed = change(key);
        return (
          <Figure key={key} label={LABELS[key]} value={of(key)} unit="usd" href={href("/calls")}>
            {changed !== undefined && (
              <Change percent={changed.percent} trend={changed.trend} better="down" unit="usd" />
            )}
          </Figure>
        );
      })}
      <Figure
        label="This month, projected"
        value={found === undefined && month.error === null ? undefined : (found?.projected_usd ?? null)}
        unit="usd"
        href={`${search}#projection`}
      >
        {found !== undefined &&
          (found.projected_usd === null
            ? found.note
            : `${format(found.level, "percent")} band: ${format(found.low_usd, "usd")} to ${format(found.high_usd, "usd")}`)}
      </Figure>
      <Figure
        label="Priced calls"
        value={of("priced_share")}
        unit="percent"
        href={href("/calls", unpriced === null || unpriced === 0 ? {} : unpricedParams())}
      >
        {unpriced !== null && unpriced > 0 && (
          <a href="#unpriced">
            {format(unpriced, "count")} {unpriced === 1 ? "call" : "calls"} without a cost
          </a>
        )}
      </Figure>
    </div>
  );
}

const LABELS = { total_cost_usd: "Cost", cost_per_request_usd: "Cost per request" } as const;
