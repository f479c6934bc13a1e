import type { components } from "../../api/openapi";

type Schemas = components["schemas"];
export type ScoreSummary = Schemas["ScoreSummary"];
export type ConsistencyRow = Schemas["ConsistencyRow"];
export type Variation = Schemas["Variation"];
export type Feedback = Schemas["Feedback"];
export type Drift = Schemas["DriftOut"];
export type ModelDrift = Schemas["ModelDrift"];
export type DriftMetric = Schemas["DriftMetric"];
