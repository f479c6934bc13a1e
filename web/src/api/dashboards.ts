/** The shapes of dashboards and custom metrics; see api/types.ts. */
import type { Unit } from "../format/number";
import type { Distribution } from "./analysis";
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
export type WidgetData = Omit<
  Schemas["WidgetData"],
  "result" | "totals" | "distribution" | "errors" | "experiments"
> & {
  result?: QueryResult | null;
  totals?: QueryResult | null;
  distribution?: Distribution | null;
  errors?: ErrorRow[] | null;
  experiments?: ExperimentRow[] | null;
};
/** Through a link, ids are null. */
export type ErrorRow = Omit<Schemas["ErrorRow"], "call_id"> & { call_id: string | null };
export type FeedbackRow = Schemas["FeedbackRow"];
export type ExperimentRow = Omit<Schemas["ExperimentRow"], "id"> & { id: string | null };
export type BudgetRow = Schemas["BudgetRow"];
export type AlertRow = Schemas["AlertRow"];
export type SharedMetric = Omit<Schemas["MetricName"], "unit" | "better"> & { unit: Unit; better: Better };
export type SharedDashboard = Omit<Schemas["SharedOut"], "metrics"> & { metrics: SharedMetric[] };

export type CustomMetric = Schemas["CustomMetricOut"];
export type NewCustomMetric = Schemas["CustomMetricIn"];
export type FormulaChecked = Schemas["FormulaChecked"];
export type FormulaProblem = Schemas["FormulaProblem"];
