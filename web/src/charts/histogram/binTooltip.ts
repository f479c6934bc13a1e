import { format, formatExact } from "../../format/number";
import { element } from "../element";
import { colourAt, type Scheme } from "../palette";
import classes from "../tooltip.module.css";
import { tooltipRow } from "../tooltipRow";
import type { Histogram } from "./prepareHistogram";

/** Which values, and how many calls have one of them. */
export function binTooltip(chart: Histogram, index: number, scheme: Scheme): HTMLElement | string {
  const bin = chart.bins[index];
  if (bin === undefined) return "";
  const count = chart.counts[index] ?? 0;
  return element(
    "div",
    classes["box"],
    element("div", classes["heading"], chart.label),
    tooltipRow(
      colourAt(0, scheme),
      `${format(bin.low, chart.unit)} to ${format(bin.high, chart.unit)}`,
      `${formatExact(count, "count")} ${count === 1 ? "call" : "calls"}`,
    ),
  );
}
