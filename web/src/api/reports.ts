/** Shapes of the API of reports. */
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Report = Schemas["ReportOut"];
export type NewReport = Schemas["ReportIn"];
export type Schedule = Report["schedule"];
export type ReportRun = Schemas["ReportRunOut"];
export type ReportPreview = Schemas["ReportPreview"];
export type ReportPage = Schemas["ReportPage"];
