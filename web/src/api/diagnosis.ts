import type { components } from "./openapi";

type Schemas = components["schemas"];
export type Diagnosis = Schemas["DiagnosisOut"];
export type Problem = Schemas["Problem"];
export type Check = Schemas["CheckOut"];
