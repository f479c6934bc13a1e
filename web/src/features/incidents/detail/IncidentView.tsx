import type { IncidentDetail } from "../../../api/incidents";
import { useProject } from "../../../state/ProjectContext";
import { Panel } from "../../../ui/Panel";
import { AlertTable } from "../../alerts/AlertTable";
import classes from "../Incidents.module.css";
import { ActPanel } from "./ActPanel";
import { DossierPanels } from "./DossierPanels";
import { Head } from "./Head";
import { PostMortemPanel } from "./PostMortemPanel";
import { Timeline } from "./Timeline";

interface Props {
  incident: IncidentDetail;
  /** Epoch milliseconds at which it was asked. */
  now: number;
}

export function IncidentView({ incident, now }: Props) {
  const { role } = useProject();
  const mayEdit = role !== "viewer";
  const acts = mayEdit && incident.status !== "post_mortem";
  return (
    <>
      <Head incident={incident} mayEdit={mayEdit} now={now} />
      <div className={classes["columns"]} data-acts={acts || undefined}>
        {acts && (
          <div className={classes["act"]}>
            <ActPanel incident={incident} />
          </div>
        )}
        <div className={`${classes["column"] ?? ""} ${classes["known"] ?? ""}`}>
          <DossierPanels incident={incident} />
          <Panel title="Alerts" note={String(incident.all_alerts.length)}>
            <AlertTable label="Alerts of this incident" alerts={incident.all_alerts} now={now} ofIncident />
          </Panel>
          <PostMortemPanel incident={incident} mayEdit={mayEdit} />
        </div>
        <div className={classes["story"]}>
          <Timeline incident={incident} mayEdit={mayEdit} />
        </div>
      </div>
    </>
  );
}
