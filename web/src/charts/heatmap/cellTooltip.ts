import { format, formatExact } from "../../format/number";
import { formatTime, zoneOffsetName } from "../../format/time";
import { element } from "../element";
import { happeningsAt, KINDS } from "../marks";
import { SHADES, type Scheme } from "../palette";
import classes from "../tooltip.module.css";
import { tooltipRow } from "../tooltipRow";
import type { Heatmap } from "./prepareHeatmap";

/** When, how much, how many. */
export function cellTooltip(heat: Heatmap, index: number, scheme: Scheme): HTMLElement | string {
  const cell = heat.cells[index];
  const bin = heat.bins[cell?.bin ?? -1];
  if (cell === undefined || bin === undefined) return "";
  const at = heat.buckets[cell.bucket] ?? 0;
  const when = `${formatTime(at, "dateMinute", heat.timeZone)} ${zoneOffsetName(heat.timeZone, at)}`;
  const box = element("div", classes["box"], element("div", classes["heading"], when));
  box.append(
    tooltipRow(
      SHADES[scheme][1] ?? null,
      `${format(bin.low, heat.unit)} to ${format(bin.high, heat.unit)}`,
      `${formatExact(cell.count, "count")} ${cell.count === 1 ? "call" : "calls"}`,
    ),
  );
  for (const { kind, text } of happeningsAt(heat.marks, cell.bucket, heat.buckets.length)) {
    box.append(element("div", classes[KINDS[kind].alarming ? "alarming" : "happening"], text));
  }
  return box;
}
