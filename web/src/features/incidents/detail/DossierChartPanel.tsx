import { useMemo } from "react";
import type { Dossier, IncidentDetail } from "../../../api/incidents";
import { EChart } from "../../../charts/EChart";
import type { Happening } from "../../../charts/marks";
import { useScheme } from "../../../charts/useScheme";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import classes from "../Incidents.module.css";
import { Part } from "./Part";
import { prepareDossier } from "./prepareDossier";

interface Props {
  incident: IncidentDetail;
  dossier: Dossier;
}

/** The metric before and during the incident, with what was normal and what was changed. */
export function DossierChartPanel({ incident, dossier }: Props) {
  const { time_zone: zone } = useProject();
  const scheme = useScheme();
  const { chart, changes } = dossier;
  const prepared = useMemo(() => {
    const happenings: Happening[] = [
      { id: incident.id, at: Date.parse(incident.began_at), kind: "incident", label: "began", text: incident.title },
      ...changes.items
        .filter(({ kind }) => kind === "deployment" || kind === "rollback")
        .map((one) => ({
          id: `${one.at} ${one.text}`,
          at: Date.parse(one.at),
          kind: one.kind === "rollback" ? ("rollback" as const) : ("deploy" as const),
          label: one.version == null ? "" : `v${one.version}`,
          text: one.text,
        })),
    ];
    return prepareDossier(chart, zone, happenings);
  }, [incident, chart, changes, zone]);
  return (
    <Part title={chart.label === "" ? "The metric" : chart.label} error={chart.error}>
      <div className={classes["chart"]}>
        {prepared.empty ? (
          <Empty title="No data around the incident" />
        ) : (
          <EChart
            chart={prepared}
            scheme={scheme}
            label={`${chart.label} around the incident, chart. The summary above tells what it shows.`}
            group="incident"
            onZoom={() => undefined}
            onZoomOut={() => undefined}
          />
        )}
      </div>
    </Part>
  );
}
