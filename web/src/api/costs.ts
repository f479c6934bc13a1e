/** Shapes of the costs API. */
import type { Unit } from "../format/number";
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Projection = Schemas["ProjectionOut"];
export type Period = Projection["period"];
export type Budget = Schemas["BudgetOut"];
export type NewBudget = Schemas["BudgetIn"];
export type ChangedBudget = Schemas["BudgetPatch"];
export type UnpricedModel = Schemas["ModelWithoutPrice"];
export type Repricing = Schemas["RepricingOut"];
export type NewRepricing = Schemas["RepricingIn"];
export type Reconciliation = Schemas["ReconciliationOut"];
export type ReconciliationDetail = Schemas["ReconciliationDetail"];
export type Suggestion = Omit<Schemas["Suggestion"], "facts"> & {
  facts: (Omit<Schemas["Fact"], "unit"> & { unit: Unit })[];
};
