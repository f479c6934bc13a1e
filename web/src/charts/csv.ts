import type { TimeChart } from "./prepare";

/** The chart's numbers as a spreadsheet reads them: UTC times, one column a series, empty where there is no data. */
export function chartCsv(chart: TimeChart): string {
  const columns = chart.previous === null ? chart.series : [...chart.series, chart.previous];
  const header = ["time (UTC)", ...columns.map(({ label, unit }) => `${label} (${unit})`)].map(cell);
  const rows = chart.buckets.map((at, index) => [
    new Date(at).toISOString(),
    ...columns.map(({ points }) => String(points[index] ?? "")),
  ]);
  return [header, ...rows].map((row) => row.join(",")).join("\r\n") + "\r\n";
}

/** A text cell, quoted where needed; what a spreadsheet would run as a formula is made text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
