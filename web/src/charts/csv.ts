import type { TimeChart } from "./prepare";

/** The chart's numbers as a spreadsheet reads them: UTC times, one column a series (three with an interval), empty where there is no data. */
export function chartCsv(chart: TimeChart): string {
  const columns = chart.previous === null ? chart.series : [...chart.series, chart.previous];
  const named = columns.flatMap(({ label, unit, interval }) => [
    `${label} (${unit})`,
    ...(interval === undefined ? [] : [`${label} low (${unit})`, `${label} high (${unit})`]),
  ]);
  const header = ["time (UTC)", ...named];
  const rows = chart.buckets.map((at, index) => [
    new Date(at).toISOString(),
    ...columns.flatMap(({ points, interval }) => {
      const parts = interval === undefined ? [points] : [points, interval.low, interval.high];
      return parts.map((part) => part[index] ?? null);
    }),
  ]);
  return csvOf(header, rows);
}

/** A table as a spreadsheet reads it; null is an empty cell. */
export function csvOf(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const texts = rows.map((row) =>
    row.map((value) => (typeof value === "string" ? cell(value) : value === null ? "" : String(value))).join(","),
  );
  return [header.map(cell).join(","), ...texts].join("\r\n") + "\r\n";
}

/** A text cell, quoted where needed; what a spreadsheet would run as a formula is made text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
