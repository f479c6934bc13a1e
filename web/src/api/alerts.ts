/** Shapes of the API of rules, alerts and silences. */
import type { Unit } from "../format/number";
import type { components } from "./openapi";
import type { Better } from "./types";

type Schemas = components["schemas"];

export type Rule = Omit<Schemas["RuleOut"], "unit" | "better"> & { unit: Unit; better: Better };
export type NewRule = Schemas["RuleIn"];
export type ChangedRule = Schemas["RulePatch"];
export type Condition = NewRule["condition"];
export type QuietHours = NewRule["quiet_hours"][number];
export type Severity = NewRule["severity"];
export type Sensitivity = Schemas["Band"]["sensitivity"];
export type RulePhase = Rule["phase"];
export type RuleHealth = Rule["health"];
export type RuleTemplate = Schemas["TemplateOut"];
export type RuleStates = Schemas["StatesOut"];
export type RuleState = Schemas["StateOut"];
export type Backtest = Omit<Schemas["RulePreview"], "unit"> & { unit: Unit };
export type Episode = Schemas["Episode"];

export type Alert = Omit<Schemas["AlertOut"], "unit"> & { unit: Unit };
export type AlertSource = Alert["source"];
export type Silence = Schemas["SilenceOut"];
export type NewSilence = Schemas["SilenceIn"];
