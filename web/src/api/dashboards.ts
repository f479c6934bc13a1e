/** The shapes of dashboards and custom metrics; see api/types.ts. */
import type { Unit } from "../format/number";
import type { components } from "./openapi";
import type { Better, QueryResult } from "./types";

type Schemas = components["schemas"];

export type Dashboard = Schemas["DashboardOut"];
export type Widget = Dashboard["widgets"][number];
export type WidgetKind = Widget["kind"];
export type WidgetQuery = Schemas["WidgetQuery"];
/** Columns and rows of the grid, from its left upper corner. */
export type Place = Schemas["Place"];
export type DashboardBody = Pick<Dashboard, "name" | "description" | "range" | "widgets">;
export type DashboardSummary = Schemas["DashboardSummary"];
/** A dashboard without anything that belongs to one database. */
export interface DashboardFile {
  promptpulse_dashboard: 1;
  dashboard: DashboardBody;
}
export type Share = Schemas["ShareOut"];
export type WidgetData = Omit<Schemas["WidgetData"], "result" | "totals" | "distribution"> & {
  result?: QueryResult | null;
  totals?: QueryResult | null;
  distribution?: Histogram | null;
};
/** counts: bucket of time -> bin. */
export type Histogram = Omit<Schemas["HistogramOut"], "unit"> & { unit: Unit };
export type ErrorRow = Schemas["ErrorRow"];
export type FeedbackRow = Schemas["FeedbackRow"];
export type ExperimentRow = Schemas["ExperimentRow"];
export type BudgetRow = Schemas["BudgetRow"];
export type AlertRow = Schemas["AlertRow"];
export type SharedMetric = Omit<Schemas["MetricName"], "unit" | "better"> & { unit: Unit; better: Better };
export type SharedDashboard = Omit<Schemas["SharedOut"], "metrics"> & { metrics: SharedMetric[] };

export type CustomMetric = Schemas["CustomMetricOut"];
export type NewCustomMetric = Schemas["CustomMetricIn"];
export type FormulaChecked = Schemas["FormulaChecked"];
export type FormulaProblem = Schemas["FormulaProblem"];
