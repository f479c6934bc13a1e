import { useMemo, useState } from "react";
import { Link } from "react-router";
import { shareOf } from "../../charts/categories/prepareCategories";
import { format, formatExact, type Unit } from "../../format/number";
import { useHref } from "../../state/useHref";
import { promptPath } from "../../ui/promptPath";
import { SortHeader, type Sort } from "../../ui/SortHeader";
import { Table } from "../../ui/Table";
import type { CostRow, Split } from "./breakdown";
import { callsOf } from "./callsOf";
import classes from "./Costs.module.css";

interface Props {
  split: Split;
  rows: readonly CostRow[];
  /** What they are shares of, US dollars. */
  whole: number | null;
  busy: boolean;
}

const COLUMNS: readonly { key: string; label: string; unit: Unit }[] = [
  { key: "total_cost_usd", label: "Cost", unit: "usd" },
  { key: "total_requests", label: "Requests", unit: "count" },
  { key: "cost_per_request_usd", label: "Per request", unit: "usd" },
  { key: "total_tokens", label: "Tokens", unit: "tokens" },
];

/** What each part costs, sortable; a name leads to it, its cost to its calls. */
export function BreakdownTable({ split, rows, whole, busy }: Props) {
  const href = useHref();
  const [sort, setSort] = useState<Sort>({ by: "total_cost_usd", descending: true });
  const sorted = useMemo(() => sortedRows(rows, sort), [rows, sort]);
  return (
    <Table label={`Cost by ${split.label.toLowerCase()}`} busy={busy} className={classes["table"]}>
      <thead>
        <tr>
          <SortHeader label={split.label} by="label" text sort={sort} onSort={setSort} />
          {COLUMNS.map(({ key, label }) => (
            <SortHeader key={key} label={label} by={key} sort={sort} onSort={setSort} className={classes["number"]} />
          ))}
          <th scope="col" className={classes["number"]}>
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ name, label, values }) => (
          <tr key={label}>
            <th scope="row" className={classes["name"]} title={label}>
              {split.dimension === "prompt_id" && name !== null ? (
                <Link to={href(promptPath(name))}>{label}</Link>
              ) : (
                label
              )}
              {(values["unpriced_requests"] ?? 0) > 0 && (
                <span className={classes["muted"]}> {format(values["unpriced_requests"], "count")} unpriced</span>
              )}
            </th>
            {COLUMNS.map(({ key, unit }) => (
              <td key={key} className={classes["number"]} title={formatExact(values[key], unit)}>
                {key === "total_cost_usd" ? (
                  <Link to={callsOf(href, split, name)}>{format(values[key], unit)}</Link>
                ) : (
                  format(values[key], unit)
                )}
              </td>
            ))}
            <td className={classes["number"]}>{format(shareOf(values["total_cost_usd"] ?? null, whole), "percent")}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** What has no data comes last whichever way. */
function sortedRows(rows: readonly CostRow[], { by, descending }: Sort): CostRow[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    if (by === "label") return sign * a.label.localeCompare(b.label);
    const left = a.values[by] ?? null;
    const right = b.values[by] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}
