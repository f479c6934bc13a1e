import type { EChartsOption } from "echarts";
import { INKS, SHADES, type Scheme } from "../palette";
import { marksSeries, TOOLTIP } from "../toOption";
import type { Heatmap } from "./prepareHeatmap";

/** What is shown when the cursor is on a cell, by its place among the cells. */
export type CellTooltip = (cell: number) => HTMLElement | string;

export function toOption(heat: Heatmap, scheme: Scheme, tooltip: CellTooltip): EChartsOption {
  const inks = INKS[scheme];
  const times = new Map(heat.ticks.map(({ index, label }) => [index, label]));
  const values = new Map(heat.binTicks.map(({ index, label }) => [index, label]));
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: "inherit" },
    grid: {
      left: 4,
      right: 12,
      top: heat.marks.length === 0 ? 8 : 20,
      bottom: 2,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      data: heat.buckets.map(String),
      axisLabel: {
        color: inks.muted,
        fontSize: 11,
        hideOverlap: true,
        interval: (index: number) => times.has(index),
        formatter: (_: string, index: number) => times.get(index) ?? "",
      },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: inks.grid } },
    },
    yAxis: {
      type: "category",
      data: heat.bins.map((_, index) => String(index)),
      axisLabel: {
        color: inks.muted,
        fontSize: 11,
        interval: (index: number) => values.has(index),
        formatter: (_: string, index: number) => values.get(index) ?? "",
      },
      axisTick: { show: false },
      axisLine: { show: false },
    },
    visualMap: {
      type: "continuous",
      show: false,
      seriesIndex: 0,
      dimension: 2,
      min: 0,
      max: 1,
      inRange: { color: [...SHADES[scheme]] },
    },
    series: [
      {
        type: "heatmap",
        data: heat.cells.map(({ bucket, bin, shade }) => [bucket, bin, shade]),
        itemStyle: { borderWidth: 0 },
        progressive: 0,
        cursor: "pointer",
      },
      ...marksSeries(heat.marks, inks),
    ],
    tooltip: {
      ...TOOLTIP,
      trigger: "item",
      formatter: (params) => tooltip((Array.isArray(params) ? params[0] : params)?.dataIndex ?? 0),
    },
  };
}
