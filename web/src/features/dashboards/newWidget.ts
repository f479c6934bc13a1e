import type { Widget, WidgetKind } from "../../api/dashboards";
import { KINDS } from "./kinds";
import { freePlace } from "./layout";

/** What a widget of a kind shows to begin with. */
const FIRST_METRIC: Partial<Record<WidgetKind, string>> = {
  line: "total_requests",
  area: "total_requests",
  bar: "total_requests",
  number: "total_requests",
  table: "total_requests",
  pie: "total_cost_usd",
};

/** A widget of `kind` that shows something at once, where the others leave room. */
export function newWidget(kind: WidgetKind, id: string, others: readonly Widget[]): Widget {
  const first = FIRST_METRIC[kind];
  return {
    id,
    kind,
    title: "",
    text: "",
    query: {
      metrics: first === undefined ? [] : [first],
      by: kind === "pie" || kind === "table" ? ["prompt_id"] : [],
      where: [],
      bucket: null,
      limit: 10,
      cumulative: false,
      compare: kind === "number",
      field: kind === "heatmap" ? "latency_ms" : null,
      range: null,
    },
    place: freePlace(others, KINDS[kind].size),
  };
}

/** The same widget as another kind: what both know stays. */
export function asKind(widget: Widget, kind: WidgetKind): Widget {
  const { metrics: between, groups, compares } = KINDS[kind];
  const fresh = newWidget(kind, widget.id, []);
  const { query } = widget;
  const metrics = query.metrics.slice(0, between[1]);
  const by = query.by.slice(0, groups[1]);
  return {
    ...widget,
    kind,
    place: { ...widget.place },
    query: {
      ...query,
      metrics: metrics.length < between[0] ? fresh.query.metrics : metrics,
      // a table of one row says little
      by: by.length < Math.max(groups[0], fresh.query.by.length) ? fresh.query.by : by,
      compare: compares && (query.compare || fresh.query.compare),
      cumulative: query.cumulative && KINDS[kind].overTime,
      bucket: KINDS[kind].overTime ? (query.bucket ?? null) : null,
      field: fresh.query.field === null ? null : (query.field ?? fresh.query.field ?? null),
    },
  };
}

/** A widget of its own, like `widget`, below the others. */
export function copyOf(widget: Widget, id: string, others: readonly Widget[]): Widget {
  const { w, h } = widget.place;
  return { ...widget, id, place: freePlace(others, { w, h }) };
}
