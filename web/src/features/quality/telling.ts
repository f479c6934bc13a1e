import { format } from "../../format/number";
import type { ScoreSummary } from "./shapes";

/** Which texts are common, in short. */
export function mostly(shares: ScoreSummary["shares"]): string {
  const [first] = shares;
  if (first === undefined) return "–";
  if (first.percent > 50) return `mostly ${first.text}`;
  return shares
    .slice(0, 2)
    .map(({ text, percent }) => `${text} ${format(percent, "percent")}`)
    .join(", ");
}
