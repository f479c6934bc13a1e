import type { EChartsOption, LineSeriesOption, BarSeriesOption, VisualMapComponentOption } from "echarts";
import type { Band } from "../api/types";
import { formatAxis } from "../format/number";
import type { Mark } from "./marks";
import { colourAt, INKS, type Inks, type Scheme } from "./palette";
import type { Interval, Series, Span, TimeChart } from "./prepare";

/** What the chart shows when the cursor is at a bucket. */
export type Tooltip = (index: number) => HTMLElement | string;

/** The look of every tooltip: its elements bring their own. */
export const TOOLTIP = {
  confine: false,
  appendTo: "body",
  transitionDuration: 0,
  padding: 0,
  borderWidth: 0,
  backgroundColor: "transparent",
  extraCssText: "box-shadow:none",
} as const;

type Point = number | null | { value: number; symbol: "circle" };

/** Map a prepared chart onto ECharts. Decides nothing. */
export function toOption(chart: TimeChart, scheme: Scheme, tooltip: Tooltip): EChartsOption {
  const inks = INKS[scheme];
  const labels = new Map(chart.ticks.map(({ index, label }) => [index, label]));
  const isBar = ({ overlay }: Series) => chart.kind === "bar" && overlay !== true;
  const bars = chart.series.filter(isBar).map((series) => barsOf(chart, series, scheme));
  const lines = chart.series.filter((series) => !isBar(series)).flatMap((series) => linesOf(chart, series, scheme));
  const targets = targetsSeries(chart.targets ?? [], scheme);
  const previous = chart.previous === null ? [] : [previousLine(chart.previous, inks.muted)];
  const option: EChartsOption = {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: "inherit" },
    grid: {
      left: 4,
      right: 12,
      top: chart.marks.length === 0 ? 12 : 20,
      bottom: 2,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      data: chart.buckets.map(String),
      axisLabel: {
        color: inks.muted,
        fontSize: 11,
        hideOverlap: true,
        interval: (index: number) => labels.has(index),
        formatter: (_: string, index: number) => labels.get(index) ?? "",
      },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: inks.grid } },
      axisPointer: { type: chart.kind === "bar" ? "shadow" : "line", label: { show: false }, z: 0 },
    },
    yAxis: chart.axes.map(({ unit, min, max, step }, index) => ({
      type: "value" as const,
      position: index === 0 ? ("left" as const) : ("right" as const),
      splitNumber: 3,
      ...(unit === "count" || unit === "tokens" ? { minInterval: 1 } : {}),
      axisLabel: { color: inks.muted, fontSize: 11, formatter: (value: number) => formatAxis(value, unit, step) },
      splitLine: { show: index === 0, lineStyle: { color: inks.grid } },
      ...(min === null ? {} : { min }),
      ...(max === null ? {} : { max }),
      ...(step === null ? {} : { interval: step }),
    })),
    series: [
      ...previous,
      ...lines,
      ...bars,
      ...targets,
      ...thresholdsOf(chart, inks.muted),
      ...marksSeries(chart.marks, inks),
      ...spansSeries(chart.spans ?? [], inks),
    ],
    tooltip: {
      ...TOOLTIP,
      trigger: "axis",
      formatter: (params) => tooltip((Array.isArray(params) ? params[0] : params)?.dataIndex ?? 0),
    },
  };
  if (chart.bands !== null && chart.bands.length > 0) {
    option.visualMap = bandColours(chart.bands, previous.length, lines.length, scheme);
  }
  return option;
}

/** A line, and the dotted way into the last bucket while that one is still filling. */
function linesOf(chart: TimeChart, series: Series, scheme: Scheme): LineSeriesOption[] {
  const colour = colourAt(series.colour, scheme);
  const area = chart.kind === "area" && series.overlay !== true;
  const last = chart.buckets.length - 1;
  const line = (id: string, points: (number | null)[], dotted: boolean): LineSeriesOption => ({
    id,
    name: series.label,
    type: "line",
    data: points.map((value, index): Point => {
      const alone = value !== null && (points[index - 1] ?? null) === null && (points[index + 1] ?? null) === null;
      return alone ? { value, symbol: "circle" } : value;
    }),
    symbol: "none",
    symbolSize: 4,
    showSymbol: true,
    // else a point between gaps, such as the very first call, shows only where the axis has a label
    showAllSymbol: true,
    connectNulls: false,
    color: colour,
    lineStyle: { width: area ? 0 : 1.75, type: dotted ? [2, 3] : series.expected === true ? [6, 4] : "solid" },
    yAxisIndex: axisOf(chart, series),
    ...(area ? { stack: dotted ? "partial" : "all", areaStyle: { opacity: dotted ? 0.3 : 0.8 } } : {}),
  });
  const band = series.interval === undefined ? [] : bandOf(series.key, series.interval, colour);
  if (series.expected === true) return [...band, line(series.key, series.points, false)];
  if (!chart.partialLast || last < 1) return [...band, line(series.key, series.points, false)];
  const done = chart.buckets.map((_, index) => (index < last ? (series.points[index] ?? null) : null));
  const filling = chart.buckets.map((_, index) => (index >= last - 1 ? (series.points[index] ?? null) : null));
  return [...band, line(series.key, done, false), line(`${series.key}|partial`, filling, true)];
}

function axisOf({ axes }: TimeChart, series: Series): number {
  return Math.max(
    0,
    axes.findIndex(({ unit, overlay }) => unit === series.unit && overlay === series.overlay),
  );
}

/** An interval as an area: a line at the low bound that is not seen, and on top of it what lies between. */
function bandOf(key: string, { low, high }: Interval, colour: string): LineSeriesOption[] {
  const between = high.map((bound, index) => {
    const from = low[index] ?? null;
    return bound === null || from === null ? null : bound - from;
  });
  const part = (id: string, data: (number | null)[], opacity: number): LineSeriesOption => ({
    id: `${key}|${id}`,
    type: "line",
    data,
    stack: `${key}|interval`,
    stackStrategy: "all", // the low bound may lie below zero
    symbol: "none",
    silent: true,
    connectNulls: false,
    color: colour,
    lineStyle: { opacity: 0 },
    areaStyle: { opacity },
    z: 1,
  });
  return [part("low", low, 0), part("between", between, 0.16)];
}

function barsOf(chart: TimeChart, series: Series, scheme: Scheme): BarSeriesOption {
  const last = chart.buckets.length - 1;
  const colour = colourAt(series.colour, scheme);
  return {
    id: series.key,
    name: series.label,
    type: "bar",
    stack: "all",
    color: colour,
    yAxisIndex: axisOf(chart, series),
    barCategoryGap: "20%",
    data: series.points.map((value, index) =>
      value !== null && index === last && chart.partialLast
        ? { value, itemStyle: { opacity: 0.45, borderColor: colour, borderWidth: 1, borderType: "dotted" } }
        : value,
    ),
  };
}

function previousLine(series: Series, colour: string): LineSeriesOption {
  return {
    id: "previous",
    name: series.label,
    type: "line",
    data: series.points,
    symbol: "none",
    color: colour,
    lineStyle: { width: 1, type: [5, 4], opacity: 0.75 },
    z: 1,
  };
}

function thresholdsOf(chart: TimeChart, colour: string): LineSeriesOption[] {
  if (chart.thresholds.length === 0) return [];
  return [
    {
      id: "thresholds",
      type: "line",
      data: [],
      silent: true,
      markLine: {
        silent: true,
        symbol: "none",
        lineStyle: { color: colour, width: 1, type: "dashed", opacity: 0.8 },
        label: { show: false },
        data: chart.thresholds.map((value) => ({ yAxis: value })),
      },
    },
  ];
}

function targetsSeries(targets: NonNullable<TimeChart["targets"]>, scheme: Scheme): LineSeriesOption[] {
  if (targets.length === 0) return [];
  return [
    {
      id: "targets",
      type: "line",
      data: [],
      silent: true,
      markLine: {
        silent: true,
        symbol: "none",
        data: targets.map(({ value, label, colour }) => ({
          yAxis: value,
          lineStyle: { color: colourAt(colour, scheme), width: 1, type: [4, 4] as [number, number], opacity: 0.9 },
          label: {
            position: "insideStartTop" as const,
            distance: 2,
            fontSize: 10,
            color: colourAt(colour, scheme),
            show: label !== null,
            formatter: label ?? "",
          },
        })),
      },
    },
  ];
}

/** Areas from top to bottom; those that touch are one, so that many stay legible. */
function spansSeries(spans: readonly Span[], inks: Inks): LineSeriesOption[] {
  if (spans.length === 0) return [];
  const areas: { from: number; to: number }[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = areas.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else areas.push({ from, to });
  }
  // one that lasts a single bucket has no width
  const lines = areas.filter(({ from, to }) => from === to);
  return [
    {
      id: "spans",
      type: "line",
      data: [],
      silent: true,
      z: 0,
      markArea: {
        silent: true,
        itemStyle: { color: inks.critical, opacity: 0.2 },
        data: areas.map(({ from, to }) => [{ xAxis: from }, { xAxis: to }] as [{ xAxis: number }, { xAxis: number }]),
      },
      markLine: {
        silent: true,
        symbol: "none",
        label: { show: false },
        lineStyle: { color: inks.critical, width: 1.5, type: "solid", opacity: 0.45 },
        data: lines.map(({ from }) => ({ xAxis: from })),
      },
    },
  ];
}

const ALIGN = { left: "right", middle: "center", right: "left" } as const;

/** Lines from top to bottom where something happened. */
export function marksSeries(marks: readonly Mark[], inks: Inks): LineSeriesOption[] {
  if (marks.length === 0) return [];
  return [
    {
      id: "marks",
      type: "line",
      data: [],
      silent: true,
      z: 1,
      markLine: {
        silent: true,
        symbol: "none",
        z: 1,
        data: marks.map(({ index, label, anchor, alarming }) => ({
          xAxis: index,
          lineStyle: {
            // see-through by its colour: an opacity would make the label so, too
            color: alarming ? inks.warning : `${inks.muted}8c`,
            width: 1,
            type: alarming ? ([4, 3] as [number, number]) : ("solid" as const),
          },
          label: {
            show: label !== null,
            position: "end" as const,
            align: ALIGN[anchor],
            distance: 3,
            fontSize: 10,
            color: alarming ? inks.warning : inks.muted,
            formatter: label ?? "",
          },
        })),
      },
    },
  ];
}

function bandColours(bands: readonly Band[], from: number, count: number, scheme: Scheme): VisualMapComponentOption {
  const highestFirst = [...bands].sort((a, b) => b.above - a.above);
  return {
    type: "piecewise",
    show: false,
    dimension: 1,
    seriesIndex: Array.from({ length: count }, (_, index) => from + index),
    pieces: highestFirst.map(({ name, above: lowest, inclusive }, index) => {
      const next = highestFirst[index - 1];
      return {
        ...(inclusive ? { gte: lowest } : { gt: lowest }),
        ...(next === undefined ? {} : next.inclusive ? { lt: next.above } : { lte: next.above }),
        color: INKS[scheme][name],
      };
    }),
  };
}
