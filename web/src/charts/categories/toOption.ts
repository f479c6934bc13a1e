import type { EChartsOption } from "echarts";
import { formatAxis } from "../../format/number";
import { colourAt, INKS, type Scheme } from "../palette";
import { TOOLTIP } from "../toOption";
import type { CategoryChart, DrawnCategory } from "./prepareCategories";

/** What is shown when the cursor is on a category. */
export type CategoryTooltip = (index: number) => HTMLElement | string;

export function colourOf({ colour }: DrawnCategory, scheme: Scheme): string {
  return colour === null ? `${INKS[scheme].muted}99` : colourAt(colour, scheme);
}

export function toPieOption(chart: CategoryChart, scheme: Scheme, tooltip: CategoryTooltip): EChartsOption {
  const inks = INKS[scheme];
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: "inherit" },
    series: [
      {
        type: "pie",
        radius: ["52%", "88%"],
        center: ["50%", "50%"],
        startAngle: 90,
        stillShowZeroSum: false,
        label: { show: false },
        labelLine: { show: false },
        itemStyle: { borderColor: inks.panel, borderWidth: 1.5 },
        data: chart.categories.map((one) => ({
          name: one.label,
          value: one.value ?? 0,
          itemStyle: { color: colourOf(one, scheme) },
          cursor: one.href === null ? "default" : "pointer",
        })),
      },
    ],
    tooltip: { ...TOOLTIP, trigger: "item", formatter: (params) => tooltip(indexOf(params)) },
  };
}

export function toBarsOption(chart: CategoryChart, scheme: Scheme, tooltip: CategoryTooltip): EChartsOption {
  const inks = INKS[scheme];
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: "inherit" },
    grid: { left: 4, right: 16, top: 4, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    yAxis: {
      type: "category",
      inverse: true,
      data: chart.categories.map(({ label }) => label),
      axisLabel: { color: inks.text, fontSize: 11, width: 130, overflow: "truncate", interval: 0 },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: inks.grid } },
    },
    xAxis: {
      type: "value",
      splitNumber: 3,
      axisLabel: { color: inks.muted, fontSize: 11, formatter: (value: number) => formatAxis(value, chart.unit) },
      splitLine: { lineStyle: { color: inks.grid } },
    },
    series: [
      {
        type: "bar",
        barCategoryGap: "30%",
        barMaxWidth: 22,
        data: chart.categories.map((one) => ({
          value: one.value ?? "-",
          itemStyle: { color: colourOf(one, scheme) },
          cursor: one.href === null ? "default" : "pointer",
        })),
      },
    ],
    tooltip: {
      ...TOOLTIP,
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (params) => tooltip(indexOf(params)),
    },
  };
}

function indexOf(params: { dataIndex?: number } | { dataIndex?: number }[]): number {
  return (Array.isArray(params) ? params[0] : params)?.dataIndex ?? 0;
}
