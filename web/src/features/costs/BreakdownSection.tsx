import { Button, SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useMetrics } from "../../api/useMetrics";
import { CategoryPanel } from "../../charts/categories/CategoryPanel";
import { prepareCategories } from "../../charts/categories/prepareCategories";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import { withParams } from "../../state/withParams";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Section } from "../../ui/Section";
import { valueOf } from "../overview/valueOf";
import { costRows, SPLITS, splitOf, type CostRow } from "./breakdown";
import { BreakdownTable } from "./BreakdownTable";
import { callsOf } from "./callsOf";
import classes from "./Costs.module.css";
import type { CostFigures } from "./useCostFigures";

const METRICS = ["total_cost_usd", "total_requests", "cost_per_request_usd", "total_tokens", "unpriced_requests"];
const FEW = 10;
const MANY = 100;

/** What the cost is made of. */
export function BreakdownSection({ totals }: Pick<CostFigures, "totals">) {
  const { view } = useView();
  const href = useHref();
  const { time_zone: tz } = useProject();
  const { start, end } = useWindow();
  const [params, setParams] = useSearchParams();
  const [limit, setLimit] = useState(FEW);
  const split = splitOf(params.get("by"));
  const parts = useMetrics({
    metrics: METRICS,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    tz,
    where: whereOf(view),
    by: [split.dimension],
    order_by: "total_cost_usd",
    limit,
  });
  const { data } = parts;
  // the answer of another split stays until this one's is there
  const rows = useMemo(
    () => (data === undefined || !isOf(data.groups, split.dimension) ? undefined : costRows(data, split)),
    [data, split],
  );
  const whole = valueOf(totals.data, "total_cost_usd");
  const chart = useMemo(
    () =>
      rows === undefined || totals.data === undefined
        ? null
        : prepareCategories(
            rows.map(({ name, label, values }) => ({
              key: label,
              label,
              value: values["total_cost_usd"] ?? null,
              href: callsOf(href, split, name),
            })),
            { label: "Cost", unit: "usd", whole, total: data?.groups_total, none: "No known cost in this time range" },
          ),
    [rows, totals.data, whole, data?.groups_total, href, split],
  );
  const total = data?.groups_total ?? 0;
  return (
    <Section
      title="What it is spent on"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="What the cost is split by"
          value={split.value}
          data={SPLITS.map(({ value, label }) => ({ value, label: `By ${label.toLowerCase()}` }))}
          onChange={(value) => {
            setLimit(FEW);
            setParams((current) => withParams(current, { by: value === SPLITS[0].value ? null : value }), {
              replace: true,
            });
          }}
        />
      }
    >
      <div className={classes["breakdown"]}>
        <CategoryPanel
          id="breakdown"
          kind="pie"
          title={`Cost by ${split.label.toLowerCase()}`}
          nothing="No known cost in this time range"
          chart={chart}
          callsHref={href("/calls")}
          asAlert={{ metrics: ["total_cost_usd"], by: [split.dimension], where: whereOf(view) }}
          height={260}
          error={parts.error ?? totals.error}
          stale={parts.isPlaceholderData}
          onRetry={() => void parts.refetch()}
        />
        <Panel
          title={`${split.label}s`}
          note={rows !== undefined && total > rows.length ? `${rows.length} of ${total}, the costliest` : undefined}
        >
          <RowsState
            what={`The ${split.label.toLowerCase()}s`}
            rows={rows}
            error={parts.error}
            onRetry={() => void parts.refetch()}
            empty={
              <Empty title="No calls in this time range">
                Each {split.label.toLowerCase()} shows up here with what it costs.
              </Empty>
            }
          >
            <BreakdownTable split={split} rows={rows ?? NONE} whole={whole} busy={parts.isPlaceholderData} />
          </RowsState>
          {(total > FEW || limit > FEW) && (
            <div className={classes["more"]}>
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                onClick={() => setLimit(limit === FEW ? MANY : FEW)}
              >
                {limit === FEW ? `Show ${Math.min(total, MANY)}` : `Show ${FEW}`}
              </Button>
            </div>
          )}
        </Panel>
      </div>
    </Section>
  );
}

const NONE: readonly CostRow[] = [];

function isOf(groups: readonly Record<string, unknown>[], dimension: string): boolean {
  return groups[0] === undefined || dimension in groups[0];
}
