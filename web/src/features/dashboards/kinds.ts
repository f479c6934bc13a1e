import type { Place, WidgetKind } from "../../api/dashboards";

/** What a kind of widget is made of: the parts of its form, and its checks. */
export interface Kind {
  label: string;
  /** What it shows, in a line. */
  about: string;
  /** Of a new one. */
  size: Pick<Place, "w" | "h">;
  /** The fewest and most metrics. */
  metrics: readonly [number, number];
  /** The fewest and most dimensions it groups by. */
  groups: readonly [number, number];
  /** Points in time, one after another. */
  overTime: boolean;
  /** It may show the change against the period before. */
  compares: boolean;
  /** Of calls: they can be filtered. */
  filtered: boolean;
  /** It has rows or groups, at most so many. */
  limited: boolean;
  /** Its time may differ from the page's. */
  timed: boolean;
}

const CHART = {
  size: { w: 6, h: 6 },
  metrics: [1, 10],
  groups: [0, 2],
  overTime: true,
  compares: true,
  filtered: true,
  limited: true,
  timed: true,
} as const;
const LIST = {
  size: { w: 6, h: 6 },
  metrics: [0, 0],
  groups: [0, 0],
  overTime: false,
  compares: false,
  filtered: false,
  limited: true,
  timed: false,
} as const;

export const KINDS: Record<WidgetKind, Kind> = {
  line: { ...CHART, label: "Line", about: "Metrics over time" },
  area: { ...CHART, compares: false, label: "Area", about: "Parts of a whole over time" },
  bar: { ...CHART, compares: false, label: "Bars", about: "Amounts in each hour or day" },
  number: {
    ...CHART,
    size: { w: 3, h: 3 },
    metrics: [1, 1],
    groups: [0, 0],
    overTime: false,
    limited: false,
    label: "Number",
    about: "One figure, its shape and its change",
  },
  table: {
    ...CHART,
    groups: [0, 2],
    overTime: false,
    compares: false,
    label: "Table",
    about: "Metrics by prompt, model, user …",
  },
  pie: {
    ...CHART,
    size: { w: 4, h: 8 },
    metrics: [1, 1],
    groups: [1, 1],
    overTime: false,
    compares: false,
    label: "Pie",
    about: "Shares of one metric",
  },
  heatmap: {
    ...CHART,
    metrics: [0, 0],
    groups: [0, 0],
    overTime: false,
    compares: false,
    limited: false,
    label: "Heatmap",
    about: "How a number is spread, over time",
  },
  errors: {
    ...LIST,
    filtered: true,
    timed: true,
    label: "Top issues",
    about: "The commonest failures",
  },
  feedback: {
    ...LIST,
    filtered: true,
    timed: true,
    label: "Feedback",
    about: "The newest scores and comments",
  },
  experiments: { ...LIST, label: "Experiments", about: "What runs, and which side is ahead" },
  budgets: { ...LIST, label: "Budgets", about: "What is spent of what was planned" },
  alerts: { ...LIST, label: "Alerts", about: "What needs attention now" },
  text: {
    ...LIST,
    size: { w: 4, h: 3 },
    limited: false,
    label: "Text",
    about: "Headings, notes and links in Markdown",
  },
};
