import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Widget, WidgetData } from "../../../api/dashboards";
import { CategoryTable } from "../../../charts/categories/CategoryTable";
import { ChartTable } from "../../../charts/ChartTable";
import { HeatmapTable } from "../../../charts/heatmap/HeatmapTable";
import { Empty } from "../../../ui/Empty";
import { AlertsWidget } from "./AlertsWidget";
import { BudgetsWidget } from "./BudgetsWidget";
import { CategoryWidget } from "./CategoryWidget";
import { ErrorsWidget } from "./ErrorsWidget";
import { ExperimentsWidget } from "./ExperimentsWidget";
import { FeedbackWidget } from "./FeedbackWidget";
import { HeatmapWidget } from "./HeatmapWidget";
import { NumberWidget } from "./NumberWidget";
import type { Prepared } from "./prepareWidget";
import { useScene } from "./SceneContext";
import { TableWidget } from "./TableWidget";
import { TimeWidget } from "./TimeWidget";
import { rangeOf } from "./useWidgetData";

// Markdown is large, and few widgets need it
const TextWidget = lazy(async () => ({ default: (await import("./TextWidget")).TextWidget }));

interface Props {
  widget: Widget;
  title: string;
  data: WidgetData | undefined;
  prepared: Prepared;
  asTable: boolean;
}

/** What a widget shows, drawn by its shape. */
export function WidgetBody({ widget, title, data, prepared, asTable }: Props) {
  const scene = useScene();
  const { ways } = scene;
  const range = rangeOf(widget, scene);
  const { where } = widget.query;
  switch (prepared.shape) {
    case "time":
      return asTable || widget.kind === "table" ? (
        <ChartTable
          chart={prepared.chart}
          title={title}
          callsHref={ways === null ? null : (start, end) => ways.calls(where, { start, end })}
        />
      ) : (
        <TimeWidget title={title} chart={prepared.chart} end={Date.parse(data?.result?.end ?? data?.end ?? "")} />
      );
    case "pie":
    case "bars":
      return asTable ? (
        <CategoryTable chart={prepared.chart} title={title} />
      ) : (
        <CategoryWidget kind={prepared.shape} title={title} chart={prepared.chart} />
      );
    case "table":
      return <TableWidget title={title} table={prepared.table} />;
    case "number":
      return <NumberWidget figure={prepared.figure} callsHref={ways === null ? null : ways.calls(where, range)} />;
    case "heatmap":
      return asTable ? (
        <HeatmapTable heat={prepared.chart} title={title} />
      ) : (
        <HeatmapWidget title={title} heat={prepared.chart} widget={widget} />
      );
    case "errors":
      return <ErrorsWidget title={title} rows={prepared.rows} range={range} />;
    case "feedback":
      return <FeedbackWidget title={title} rows={prepared.rows} />;
    case "experiments":
      return <ExperimentsWidget title={title} rows={prepared.rows} />;
    case "budgets":
      return <BudgetsWidget title={title} rows={prepared.rows} />;
    case "alerts":
      return <AlertsWidget title={title} rows={prepared.rows} />;
    case "text":
      return (
        <Suspense fallback={<Skeleton height="100%" />}>
          <TextWidget text={prepared.text} />
        </Suspense>
      );
    case "nothing":
      return <Empty title={prepared.title}>{prepared.hint}</Empty>;
  }
}
