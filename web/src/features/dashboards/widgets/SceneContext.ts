import { createContext, useContext } from "react";
import type { Widget, WidgetData } from "../../../api/dashboards";
import type { Band, Filter, MetricInfo } from "../../../api/types";
import type { Happening } from "../../../charts/marks";
import type { AlertLink } from "../../../charts/useAlertLinks";
import type { Range, Window } from "../../../state/range";

/** What is known of a metric; a shared page knows its name and unit alone. */
export type KnownMetric = MetricInfo & { bands?: readonly Band[]; threshold?: number | null; additive?: boolean };

/** Ways out of a widget; a person without an account has none. */
export interface Ways {
  /** The calls that meet all filters. */
  calls: (filters: readonly Filter[], range: Range) => string;
  call: (id: string, range: Range) => string;
  experiment: (id: string) => string;
  page: (path: string) => string;
  /** Where an alert on what a widget shows is made; none for those who may not. */
  alerts: (widget: Widget) => readonly AlertLink[];
}

/** Where widgets stand: a page of the project, or one that is shown to anybody with its link. */
export interface Scene {
  timeZone: string;
  /** Epoch milliseconds at which the page last asked. */
  now: number;
  /** The page's time. */
  range: Range;
  window: Window;
  metrics: ReadonlyMap<string, KnownMetric> | undefined;
  /** Deployments in the page's time. */
  marks: readonly Happening[];
  /** What the answers of widgets depend on, beside the widget and its time. */
  keys: readonly unknown[];
  load: (widget: Widget, window: Window, signal: AbortSignal) => Promise<WidgetData>;
  /** Sets the page's time: epoch milliseconds. */
  zoom: (start: number, end: number) => void;
  zoomOut: () => void;
  ways: Ways | null;
}

export const SceneContext = createContext<Scene | null>(null);

export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (scene === null) throw new Error("useScene outside SceneContext");
  return scene;
}
