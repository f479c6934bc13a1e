import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from "@tabler/icons-react";
import type { Better, Trend } from "../api/types";
import { formatChange } from "../format/number";
import classes from "./Change.module.css";

interface Props {
  percent: number | null;
  trend: Trend | null;
  better: Better;
}

const ICONS = { rising: IconArrowUpRight, falling: IconArrowDownRight, steady: IconArrowRight } as const;

/** A change against the period before: how much, which way in words, and whether that is good. */
export function Change({ percent, trend, better }: Props) {
  if (trend === null) return <span className={classes["neutral"]}>No earlier data</span>;
  const Icon = ICONS[trend];
  const verdict = verdictOf(trend, better);
  return (
    <span className={classes[verdict]}>
      <Icon size={14} aria-hidden />
      {percent !== null && <span>{formatChange(percent)}</span>}
      <span className={classes["word"]}>{verdict === "neutral" ? trend : `${trend}, ${verdict}`}</span>
    </span>
  );
}

function verdictOf(trend: Trend, better: Better): "better" | "worse" | "neutral" {
  if (trend === "steady" || better === "neither") return "neutral";
  return (trend === "rising") === (better === "up") ? "better" : "worse";
}
