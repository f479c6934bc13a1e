import { formatExact, NO_DATA } from "../format/number";
import { formatTime, zoneOffsetName } from "../format/time";
import { happeningsAt, KINDS } from "./marks";
import { colourAt, type Scheme } from "./palette";
import { pointText } from "./pointText";
import type { Series, TimeChart } from "./prepare";
import classes from "./tooltip.module.css";

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
  const happened = happeningsAt(chart.marks, index, chart.buckets.length);
  for (const { kind, text } of happened.slice(0, MOST_HAPPENINGS)) {
    const line = element("div", classes[KINDS[kind].alarming ? "alarming" : "happening"]);
    line.append(text);
    box.append(line);
  }
  if (happened.length > MOST_HAPPENINGS) {
    const line = element("div", classes["happening"]);
    line.append(`and ${happened.length - MOST_HAPPENINGS} more`);
    box.append(line);
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
  const line = element("div", classes["row"]);
  const swatch = element("span", classes["swatch"]);
  swatch.style.background = colour ?? "transparent";
  const name = element("span", classes["name"]);
  name.append(series.label);
  const value = element("span", classes["value"]);
  const text = pointText(series, index);
  value.append(text === NO_DATA ? `${NO_DATA} no data` : text);
  line.append(swatch, name, value);
  return line;
}

function remark(text: string, count: number): HTMLElement {
  const line = element("div", classes["remark"]);
  const what = element("span", classes["words"]);
  what.append(text);
  const times = element("span", classes["value"]);
  times.append(formatExact(count, "count"));
  line.append(what, times);
  return line;
}

function element<Tag extends "div" | "span">(tag: Tag, className: string | undefined): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className ?? "";
  return made;
}
