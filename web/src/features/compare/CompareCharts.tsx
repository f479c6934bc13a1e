import { useMemo } from "react";
import type { Unit } from "../../format/number";
import overview from "../overview/Overview.module.css";
import { SubjectCharts, type SubjectChart } from "./SubjectCharts";
import type { ComparedRow, Subject } from "./subjects";

const USUAL: readonly SubjectChart[] = [
  { id: "volume", title: "Requests", spec: { kind: "line", metrics: ["total_requests"] } },
  { id: "success", title: "Success rate", spec: { kind: "line", metrics: ["success_rate"] } },
  { id: "latency", title: "Latency, p95", spec: { kind: "line", metrics: ["p95_latency_ms"] } },
  { id: "tokens", title: "Tokens per request", spec: { kind: "line", metrics: ["avg_tokens_per_request"] } },
  { id: "cost", title: "Cost per request", spec: { kind: "line", metrics: ["cost_per_request_usd"] } },
];
const DRAWN = new Set(USUAL.flatMap(({ spec }) => spec.metrics));

interface Props {
  subjects: readonly Subject[];
  /** Rows of the table: scores and added metrics are drawn, too. */
  rows: readonly ComparedRow[];
}

/** The subjects over time, one line each. */
export function CompareCharts({ subjects, rows }: Props) {
  const more = useMemo(
    () =>
      rows
        .filter(({ key }) => !DRAWN.has(key))
        .map(({ key, label, unit }): SubjectChart => ({
          id: `row-${key}`,
          title: label,
          spec: { kind: "line", metrics: [key] },
          unit: unit as Unit,
        })),
    [rows],
  );
  return (
    <div className={overview["charts"]}>
      <SubjectCharts subjects={subjects} charts={USUAL} />
      {more.length > 0 && <SubjectCharts subjects={subjects} charts={more} />}
    </div>
  );
}
