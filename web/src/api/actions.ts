/** Shapes of the API of automatic actions. */
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Policy = Schemas["PolicyOut"];
export type NewPolicy = Schemas["PolicyIn"];
export type Trigger = Policy["trigger"];
export type Action = Policy["action"];
export type Run = Schemas["RunOut"];
export type RunStatus = Run["status"];
export type Tried = Schemas["TryOut"];
export type Evidence = Schemas["Evidence"];
