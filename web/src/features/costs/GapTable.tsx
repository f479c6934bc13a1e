import { Link } from "react-router";
import type { ReconciliationDetail } from "../../api/costs";
import { format, formatExact } from "../../format/number";
import { formatTime } from "../../format/time";
import { useHref } from "../../state/useHref";
import { Table } from "../../ui/Table";
import classes from "./Costs.module.css";

const DAY_MS = 86_400_000;
/** Rows that a page bears; the CSV has all. */
const MOST = 300;

/** Billed and counted beside each other; the calls of a line are one click away. */
export function GapTable({ detail, by }: { detail: ReconciliationDetail; by: "model" | "day" }) {
  const href = useHref();
  const start = Date.parse(`${detail.start}T00:00:00Z`);
  const end = Date.parse(`${detail.end}T00:00:00Z`) + DAY_MS;
  const rows =
    by === "model"
      ? detail.models.map((one) => ({ ...one, day: null, range: { start, end } }))
      : detail.rows.map((one) => {
          const at = Date.parse(`${one.day}T00:00:00Z`);
          return { ...one, range: { start: at, end: at + DAY_MS } };
        });
  return (
    <>
      <Table
        label={`Gap of ${detail.name}, by ${by === "model" ? "model" : "model and day"}`}
        className={classes["table"]}
      >
        <thead>
          <tr>
            {by === "day" && <th scope="col">Day (UTC)</th>}
            <th scope="col">Model</th>
            {["Billed", "Counted", "Gap", "Of the bill", "Billed tokens", "Counted tokens"].map((label) => (
              <th key={label} scope="col" className={classes["number"]}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map((row) => (
            <tr key={`${row.day ?? ""} ${row.model}`}>
              {by === "day" && <td>{formatTime(row.range.start, "day", "UTC")}</td>}
              <th scope="row" className={classes["name"]}>
                <Link to={href("/calls", { model: row.model }, { range: row.range, prompts: [], environment: null })}>
                  {row.model}
                </Link>
              </th>
              <td className={classes["number"]}>{format(row.billed_usd, "usd")}</td>
              <td className={classes["number"]}>{format(row.counted_usd, "usd")}</td>
              <td className={classes["number"]} title={formatExact(row.gap_usd, "usd")}>
                {format(row.gap_usd, "usd")}
              </td>
              <td className={classes["number"]}>{format(row.gap_percent, "percent")}</td>
              <td className={classes["number"]}>{format(row.billed_tokens, "tokens")}</td>
              <td className={classes["number"]}>{format(row.counted_tokens, "tokens")}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {rows.length > MOST && (
        <div className={classes["more"]}>
          {MOST} of {rows.length}; the CSV has all.
        </div>
      )}
    </>
  );
}
