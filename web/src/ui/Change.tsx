import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from "@tabler/icons-react";
import type { Better, Trend } from "../api/types";
import { formatChange, type Unit } from "../format/number";
import classes from "./Change.module.css";

interface Props {
  percent: number | null;
  trend: Trend | null;
  better: Better;
  /** Unit of the value that changed. */
  unit: Unit;
}

const ICONS = { rising: IconArrowUpRight, falling: IconArrowDownRight, steady: IconArrowRight } as const;

/**
 * A change against the period before: how much, which way in words, and whether that is good. What is no more than
 * chance is "about the same"; where too few calls tell, only how much is said.
 */
export function Change({ percent, trend, better, unit }: Props) {
  if (percent === null && trend === null) return <span className={classes["neutral"]}>No earlier data</span>;
  const verdict = verdictOf(trend, better);
  const Icon = trend === null ? null : ICONS[trend];
  return (
    <span className={classes[verdict]} title={TITLES[trend ?? "unknown"]}>
      {Icon !== null && <Icon size={14} aria-hidden />}
      {percent !== null && <span>{amount(percent, unit)}</span>}
      {trend !== null && <span className={classes["word"]}>{wordOf(trend, verdict)}</span>}
    </span>
  );
}

const TITLES = {
  rising: "More than in the previous period",
  falling: "Less than in the previous period",
  steady: "No more than small or chance differences from the previous period",
  unknown: "Too few calls to tell a trend",
} as const;

/** A rate is in percent itself: that its change is not in points must be said. */
function amount(percent: number, unit: Unit): string {
  return unit === "percent" ? `${formatChange(percent)} relative` : formatChange(percent);
}

function wordOf(trend: Trend, verdict: "better" | "worse" | "neutral"): string {
  if (trend === "steady") return "about the same";
  return verdict === "neutral" ? trend : `${trend}, ${verdict}`;
}

function verdictOf(trend: Trend | null, better: Better): "better" | "worse" | "neutral" {
  if (trend === null || trend === "steady" || better === "neither") return "neutral";
  return (trend === "rising") === (better === "up") ? "better" : "worse";
}
