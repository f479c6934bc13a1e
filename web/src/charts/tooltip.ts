import { formatExact, NO_DATA } from "../format/number";
import { formatTime, zoneOffsetName } from "../format/time";
import { element } from "./element";
import { happeningsAt, KINDS } from "./marks";
import { colourAt, type Scheme } from "./palette";
import { pointText } from "./pointText";
import type { Series, TimeChart } from "./prepare";
import classes from "./tooltip.module.css";
import { tooltipRow } from "./tooltipRow";

const MOST_HAPPENINGS = 5;

/** Exact values of every series at a bucket, as elements: names of prompts are text, never HTML. */
export function tooltipAt(chart: TimeChart, index: number, scheme: Scheme): HTMLElement {
  const box = element("div", classes["box"]);
  const at = chart.buckets[index] ?? 0;
  const heading = element("div", classes["heading"]);
  heading.append(`${formatTime(at, "dateMinute", chart.timeZone)} ${zoneOffsetName(chart.timeZone, at)}`);
  if (chart.partialLast && index === chart.buckets.length - 1) heading.append(" · still filling");
  box.append(heading);
  for (const series of chart.series) box.append(row(series, index, colourAt(series.colour, scheme)));
  if (chart.previous !== null) box.append(row(chart.previous, index, "var(--pp-muted)"));
  const total = totalAt(chart, index);
  if (total !== null) box.append(row(total, index, null));
  const remarks = chart.remarks?.[index] ?? [];
  for (const { text, count } of remarks) box.append(remark(text, count));
  for (const { from, to, text } of chart.spans ?? []) {
    if (index >= from && index <= to) box.append(element("div", classes["alarming"], text));
  }
  const happened = happeningsAt(chart.marks, index, chart.buckets.length);
  for (const { kind, text } of happened.slice(0, MOST_HAPPENINGS)) {
    box.append(element("div", classes[KINDS[kind].alarming ? "alarming" : "happening"], text));
  }
  if (happened.length > MOST_HAPPENINGS) {
    box.append(element("div", classes["happening"], `and ${happened.length - MOST_HAPPENINGS} more`));
  }
  return box;
}

function totalAt(chart: TimeChart, index: number): Series | null {
  const stacked = chart.series.filter(({ overlay }) => overlay !== true);
  const [first] = stacked;
  if (chart.kind === "line" || first === undefined || stacked.length < 2) return null;
  const values = stacked.flatMap(({ points }) => points[index] ?? []);
  const points = chart.buckets.map(() => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)));
  return { ...first, label: "All", points };
}

function row(series: Series, index: number, colour: string | null): HTMLElement {
  const text = pointText(series, index);
  return tooltipRow(colour, series.label, text === NO_DATA ? `${NO_DATA} no data` : text);
}

function remark(text: string, count: number): HTMLElement {
  return element(
    "div",
    classes["remark"],
    element("span", classes["words"], text),
    element("span", classes["value"], formatExact(count, "count")),
  );
}
