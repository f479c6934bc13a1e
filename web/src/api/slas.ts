/** Shapes of the API of objectives. */
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Sla = Schemas["SlaOut"];
export type SlaState = Schemas["SlaState"];
export type NewSla = Schemas["SlaIn"];
export type Objective = Sla["objective"];
export type SlaHistory = Schemas["HistoryOut"];
export type SlaDay = Schemas["DayOut"];
export type SlaPeriod = Schemas["PeriodOut"];
export type SlaPreview = Schemas["SlaPreview"];
export type BurnWindow = Schemas["BurnWindow"];
