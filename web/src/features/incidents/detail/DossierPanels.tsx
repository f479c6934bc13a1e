import { Skeleton } from "@mantine/core";
import type { Dossier, IncidentDetail } from "../../../api/incidents";
import { useWatchRead } from "../../../api/useWatchRead";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { CausePanel } from "./CausePanel";
import { ChangesPanel } from "./ChangesPanel";
import { DossierChartPanel } from "./DossierChartPanel";
import { ErrorsPanel } from "./ErrorsPanel";
import { ExamplesPanel } from "./ExamplesPanel";
import { SimilarPanel } from "./SimilarPanel";
import { SummaryPanel } from "./SummaryPanel";
import { VersionsPanel } from "./VersionsPanel";

/** What the system found by itself. */
export function DossierPanels({ incident }: { incident: IncidentDetail }) {
  const over = incident.status === "resolved" || incident.status === "post_mortem";
  const dossier = useWatchRead<Dossier>(`/incidents/${incident.id}/dossier`, over ? { stored: true } : {});
  if (dossier.data === undefined) {
    return (
      <Panel title="What is known">
        {dossier.error === null ? (
          <Skeleton height={240} m="sm" w="auto" />
        ) : (
          <Failure what="The dossier could not be made" error={dossier.error} onRetry={() => void dossier.refetch()} />
        )}
      </Panel>
    );
  }
  const { data } = dossier;
  return (
    <>
      <SummaryPanel dossier={data} />
      <DossierChartPanel incident={incident} dossier={data} />
      <CausePanel causes={data.causes} metric={data.chart} />
      <ChangesPanel changes={data.changes} />
      <VersionsPanel versions={data.versions} metric={data.chart} />
      <ErrorsPanel errors={data.errors} />
      <ExamplesPanel examples={data.examples} />
      <SimilarPanel similar={data.similar} />
    </>
  );
}
