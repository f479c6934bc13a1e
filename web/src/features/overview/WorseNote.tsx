import { IconStethoscope } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Problem } from "../../api/diagnosis";
import type { QueryResult } from "../../api/types";
import { useHref } from "../../state/useHref";
import classes from "./UnpricedNote.module.css";

interface Worse {
  metric: string;
  trend: "rising" | "falling";
  problem: Problem;
  text: string;
  /** Smaller changes are worth no word, percent. */
  least: number;
}

const WORSE: readonly Worse[] = [
  { metric: "success_rate", trend: "falling", problem: "low-success", text: "the success rate fell", least: 0 },
  { metric: "p95_latency_ms", trend: "rising", problem: "high-latency", text: "latency rose", least: 10 },
  { metric: "total_cost_usd", trend: "rising", problem: "high-costs", text: "costs rose", least: 25 },
];

/** Where a figure got worse, the way to find out why. */
export function WorseNote({ totals }: { totals: QueryResult | undefined }) {
  const href = useHref();
  if (totals === undefined || totals.groups.length > 1) return null;
  const worse = WORSE.filter(({ metric, trend, least }) => {
    const change = totals.change?.[metric]?.[0];
    return change?.trend === trend && Math.abs(change.percent ?? 0) >= least;
  });
  if (worse.length === 0) return null;
  return (
    <div className={classes["note"]}>
      <IconStethoscope size={16} aria-hidden />
      <span>Find out why</span>
      {worse.map(({ problem, text }) => (
        <Link key={problem} to={href("/diagnosis", { problem })}>
          {text}
        </Link>
      ))}
    </div>
  );
}
