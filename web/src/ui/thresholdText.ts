import type { Better } from "../api/types";
import { format, type Unit } from "../format/number";

/** What a metric is held to: "at least 80 %". */
export function thresholdText(threshold: number, unit: Unit, better: Better): string {
  if (better === "neither") return `threshold ${format(threshold, unit)}`;
  return `${better === "up" ? "at least" : "at most"} ${format(threshold, unit)}`;
}
