/** Shapes of distributions and failures, narrowed where the generated types are too wide. */
import type { Unit } from "../format/number";
import type { components } from "./openapi";

type Schemas = components["schemas"];

/** How often a number takes which values: by bin, and by bucket where it was asked by time. */
export type Distribution = Omit<Schemas["HistogramOut"], "unit"> & { unit: Unit };
export type Failures = Schemas["ErrorsOut"];
export type FailureGroup = Schemas["ErrorGroup"];
export type Targets = Schemas["TargetsBody"];
