/** The shapes of experiments, scores and events; see api/types.ts. */
import type { Unit } from "../format/number";
import type { components } from "./openapi";

type Schemas = components["schemas"];

/** A list of defaults that the server fills in, too, need not be sent. */
type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

export type Experiment = Omit<Schemas["ExperimentOut"], "metrics"> & { metrics: ExperimentMetric[] };
export type ExperimentStatus = Experiment["status"];
export type ExperimentVariant = Schemas["VariantOut"];
export type Condition = Schemas["Condition"];
export type ConditionOp = Condition["op"];
export type EndCriteria = Schemas["EndCriteria"];
export type Analysis = Schemas["Analysis"];
export type NewVariant = Optional<Schemas["VariantIn"], "control">;
export type NewMetric = Optional<Schemas["MetricIn"], "per" | "primary" | "guardrail">;
export type NewExperiment = Omit<Schemas["ExperimentNew"], "variants" | "metrics" | "notes"> & {
  variants: NewVariant[];
  metrics: NewMetric[];
};
export type ExperimentChange = Omit<Schemas["ExperimentPatch"], "variants" | "metrics"> & {
  variants?: NewVariant[];
  metrics?: NewMetric[];
};
export type Conclude = Schemas["ConcludeIn"];
export type ExperimentMetric = Omit<Schemas["promptpulse__experiments__shapes__MetricOut"], "unit"> & { unit: Unit };
export type MetricRole = ExperimentMetric["role"];

export type PowerQuestion = Partial<Omit<Schemas["PowerIn"], "metric">> & { metric?: NewMetric | null };
export type Power = Schemas["PowerOut"];
export type Explanation = Schemas["ExplainOut"];

export type Method = Schemas["ResultsOut"]["method"];
export type Results = Omit<Schemas["ResultsOut"], "metrics"> & { metrics: MetricResult[] };
export type MetricResult = Omit<Schemas["MetricResult"], "unit"> & { unit: Unit };
export type VariantMetric = Schemas["VariantMetric"];
export type Versus = Schemas["Versus"];
export type Verdict = Schemas["Verdict"];
export type Decision = Verdict["decision"];
export type Forecast = Schemas["Forecast"];
export type Bill = Schemas["Bill"];
export type Exposure = Schemas["Exposure"];
export type SampleRatio = Schemas["SampleRatio"];
export type Segments = Omit<Schemas["SegmentsOut"], "segments"> & { segments: Segment[] };
export type Segment = Omit<Schemas["SegmentResult"], "metrics"> & { metrics: MetricResult[] };
export type TrendAnswer = Omit<Schemas["TrendOut"], "unit"> & { unit: Unit };
export type Distribution = Schemas["DistributionOut"];

export type ScoreNames = Schemas["ScoreNames"];
export type ScoreType = ScoreNames["types"][string][number];
export type Submission = Schemas["SubmissionOut"];
export type ExperimentEvent = Schemas["EventOut"];
export type PromptSummary = Schemas["PromptOut"];
export type PromptVersion = Schemas["VersionOut"];
