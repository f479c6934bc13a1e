/** The shapes of the HTTP API. Generated from its OpenAPI document (`npm run types`), narrowed where that is too wide. */
import type { Unit } from "../format/number";
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type Scope = Schemas["Scope"];
export type Session = Schemas["SessionOut"];
export type Project = Schemas["ProjectOut"];
export type ApiKey = Schemas["KeyOut"];
export type NewApiKey = Schemas["KeyMade"];
export type Member = Schemas["MemberOut"];
export type AddedMember = Schemas["MemberAdded"];
/** Prices are decimals as strings, in USD for a million tokens. */
export type Price = Schemas["PriceOut"];
export type NewPrice = Schemas["PriceNew"];
export type AuditEntry = Schemas["AuditOut"];
export type Status = Schemas["StatusOut"];
export type CallRow = Schemas["CallOut"];
export type CallDetail = Schemas["CallDetail"];
export type CallStatus = CallRow["status"];
export type Prompt = Schemas["PromptOut"];
export type PromptType = Prompt["type"];
export type PromptVersion = Schemas["VersionOut"];
export type PromptContent = PromptVersion["content"];
export type ChatMessage = Schemas["ChatMessage"];
export type Deployment = Schemas["DeploymentOut"];
export type PromptDiff = Schemas["DiffOut"];
export type ProjectOverview = Schemas["OverviewOut"];
export type ScoreSubmission = Schemas["SubmissionOut"];
/** Numbers of texts, by name of the score. */
export type ScoreMappings = Schemas["Mappings"]["mappings"];
export type VersionScores = Schemas["VersionScores"];
export type Experiment = Schemas["ExperimentOut"];

export type Better = "up" | "down" | "neither";
export type BandName = "healthy" | "warning" | "critical";

/** A metric's value is in the band with the highest `above` that it reaches. */
export interface Band extends Omit<Schemas["BandOut"], "name"> {
  name: BandName;
}

export interface MetricInfo extends Omit<Schemas["QueryOut"]["metrics"][number], "unit" | "better"> {
  unit: Unit;
  better: Better;
}

export type CatalogueMetric = MetricInfo &
  Omit<Schemas["CatalogueMetric"], keyof MetricInfo | "bands"> & {
    bands: Band[];
  };
/** A number or a text of a call, by which calls are filtered; formulas read it. */
export type Field = Schemas["CatalogueField"];
export type FormulaFunction = Schemas["CatalogueFunction"];

export type Catalogue = Omit<Schemas["Catalogue"], "metrics"> & { metrics: CatalogueMetric[] };

export type Filter = Schemas["FilterIn"];
export type FilterOp = Filter["op"];

/** The server fills in what is left out; the generated type asks for it. */
export type Query = Pick<Schemas["QueryIn"], "metrics" | "start" | "end"> &
  Partial<Omit<Schemas["QueryIn"], "metrics" | "start" | "end" | "where">> & { where?: Filter[] };

/** values: metric key -> group -> bucket; one bucket when `buckets` is null; null is no data. */
export type QueryResult = Omit<Schemas["QueryOut"], "metrics" | "compare"> & {
  metrics: MetricInfo[];
  compare?: Pick<Schemas["FrameOut"], "groups" | "values"> | null;
};
export type Trend = NonNullable<Schemas["ChangeOut"]["trend"]>;
export type Group = QueryResult["groups"][number];
export type Periods = Schemas["PeriodsOut"];
export type PeriodsWanted = Schemas["PeriodsIn"];
export type Expiring = Schemas["ExpiringOut"];
export type Redaction = Schemas["RedactionOut"];
export type RedactionWanted = Pick<Redaction, "api_keys" | "card_numbers" | "patterns">;
export type RedactionPreviewed = Schemas["PreviewOut"];
export type ForgetRequest = Schemas["ForgetOut"];
