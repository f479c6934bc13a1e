import { categoryCsv } from "../../../charts/categories/CategoryPanel";
import { heatmapCsv } from "../../../charts/heatmap/heatmapCsv";
import { chartCsv, csvOf } from "../../../charts/csv";
import type { Prepared } from "./prepareWidget";

/** What a widget shows as a spreadsheet reads it; null where it has no numbers. */
export function widgetCsv(prepared: Prepared): string | null {
  switch (prepared.shape) {
    case "time":
      return chartCsv(prepared.chart);
    case "pie":
    case "bars":
      return categoryCsv(prepared.chart);
    case "table": {
      const { dimensions, metrics, rows } = prepared.table;
      const header = [...dimensions, ...metrics.map(({ label, unit }) => `${label} (${unit})`)];
      return csvOf(
        header,
        rows.map(({ names, values }) => [...names, ...values]),
      );
    }
    case "number": {
      const { metric, value } = prepared.figure;
      return csvOf([`${metric.label} (${metric.unit})`], [[value]]);
    }
    case "heatmap":
      return heatmapCsv(prepared.chart);
    case "errors":
      return listCsv(prepared.rows);
    case "feedback":
      return listCsv(prepared.rows);
    case "experiments":
      return listCsv(prepared.rows);
    case "budgets":
      return listCsv(prepared.rows);
    case "alerts":
      return listCsv(prepared.rows);
    case "text":
    case "nothing":
      return null;
  }
}

function listCsv(rows: readonly object[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => new Map<string, unknown>(Object.entries(row)));
  return csvOf(
    columns,
    cells.map((row) =>
      columns.map((column) => {
        const value = row.get(column) ?? null;
        return typeof value === "number" || typeof value === "string" || value === null ? value : JSON.stringify(value);
      }),
    ),
  );
}
