import type { EChartsOption } from "echarts";
import { formatAxis } from "../../format/number";
import { colourAt, INKS, type Scheme } from "../palette";
import { TOOLTIP } from "../toOption";
import type { Histogram } from "./prepareHistogram";

export type BinTooltip = (bin: number) => HTMLElement | string;

export function toOption(chart: Histogram, scheme: Scheme, tooltip: BinTooltip): EChartsOption {
  const inks = INKS[scheme];
  const labels = new Map(chart.ticks.map(({ index, label }) => [index, label]));
  const { chosen } = chart;
  const isChosen = (bin: number) => chosen === null || (bin >= chosen[0] && bin <= chosen[1]);
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: "inherit" },
    grid: { left: 4, right: 12, top: 8, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      data: chart.bins.map((_, index) => String(index)),
      axisLabel: {
        color: inks.muted,
        fontSize: 11,
        interval: (index: number) => labels.has(index),
        formatter: (_: string, index: number) => labels.get(index) ?? "",
      },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: inks.grid } },
    },
    yAxis: {
      type: "value",
      splitNumber: 2,
      minInterval: 1,
      axisLabel: { color: inks.muted, fontSize: 11, formatter: (value: number) => formatAxis(value, "count") },
      splitLine: { lineStyle: { color: inks.grid } },
    },
    series: [
      {
        type: "bar",
        barCategoryGap: "8%",
        data: chart.counts.map((value, bin) => ({
          value,
          itemStyle: { color: colourAt(0, scheme), opacity: isChosen(bin) ? 1 : 0.3 },
        })),
      },
    ],
    tooltip: {
      ...TOOLTIP,
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (params) => tooltip((Array.isArray(params) ? params[0] : params)?.dataIndex ?? 0),
    },
  };
}
