/** Shapes of the API of incidents. */
import type { Unit } from "../format/number";
import type { Alert } from "./alerts";
import type { components } from "./openapi";
import type { Better } from "./types";

type Schemas = components["schemas"];

export type Incident = Schemas["IncidentOut"];
export type IncidentStatus = Incident["status"];
export type IncidentDetail = Omit<Schemas["IncidentDetail"], "all_alerts"> & { all_alerts: Alert[] };
export type IncidentEvent = Schemas["IncidentEvent"];
export type IncidentChange = Schemas["IncidentPatch"];
export type Person = Schemas["PersonOfProject"];
export type Cause = Schemas["CauseOut"];
export type DossierChart = Omit<Schemas["DossierChart"], "unit"> & { unit: Unit };
export type DossierMetric = Omit<Schemas["DossierMetric"], "unit" | "better"> & { unit: Unit; better: Better };
export type DossierVersions = Omit<Schemas["DossierVersions"], "metrics"> & { metrics: DossierMetric[] };
export type Dossier = Omit<Schemas["DossierOut"], "chart" | "versions"> & {
  chart: DossierChart;
  versions: DossierVersions;
};
export type PostMortem = Schemas["PostMortemOut"];
export type RollbackTarget = Schemas["RollbackTarget"];
