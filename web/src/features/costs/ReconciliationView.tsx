import { SegmentedControl, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { ReconciliationDetail } from "../../api/costs";
import { csvOf } from "../../charts/csv";
import { format } from "../../format/number";
import { downloadText } from "../../ui/download";
import { Failure } from "../../ui/Failure";
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import classes from "./Costs.module.css";
import { dayRange } from "./dayRange";
import { GapTable } from "./GapTable";

/** What a bill says beside what is counted: in all, by model, by day. */
export function ReconciliationView({ detail }: { detail: UseQueryResult<ReconciliationDetail> }) {
  const [by, setBy] = useState<"model" | "day">("model");
  const { data, error } = detail;
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={160} m="sm" w="auto" />
    ) : (
      <Failure what="The comparison could not be loaded" error={error} onRetry={() => void detail.refetch()} />
    );
  }
  const totals = [
    ["Billed", format(data.billed_usd, "usd")],
    ["Counted here", format(data.counted_usd, "usd")],
    ["Gap", `${format(data.gap_usd, "usd")} (${format(data.gap_percent, "percent")})`],
    ["Days, UTC", dayRange(data.start, data.end)],
  ] as const;
  return (
    <section className={classes["gap"]} aria-label={`Gap of ${data.name}`}>
      <dl className={classes["totals"]}>
        {totals.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ul className={classes["notes"]}>
        {data.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
        <li>
          {format(data.lines, "count")} {data.lines === 1 ? "line" : "lines"}; columns:{" "}
          {Object.entries(data.columns)
            .map(([what, column]) => `${what} from “${column}”`)
            .join(", ")}
        </li>
      </ul>
      <div className={classes["tools"]}>
        <SegmentedControl
          size="xs"
          aria-label="How the gap is split"
          value={by}
          onChange={setBy}
          data={[
            { value: "model", label: "By model" },
            { value: "day", label: "By model and day" },
          ]}
        />
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => downloadText(`gap ${data.name}`, "text/csv", gapCsv(data))}
        >
          Download CSV
        </Button>
      </div>
      <GapTable detail={data} by={by} />
    </section>
  );
}

/** Every model and day. */
function gapCsv({ rows }: ReconciliationDetail): string {
  return csvOf(
    [
      "day",
      "model",
      "billed (usd)",
      "counted (usd)",
      "gap (usd)",
      "gap (percent)",
      "billed (tokens)",
      "counted (tokens)",
      "calls",
    ],
    rows.map((row) => [
      row.day,
      row.model,
      row.billed_usd,
      row.counted_usd,
      row.gap_usd,
      row.gap_percent,
      row.billed_tokens,
      row.counted_tokens,
      row.counted_calls,
    ]),
  );
}
