import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import { ApiError } from "../../../api/client";
import type { IncidentDetail } from "../../../api/incidents";
import { useWatchRead } from "../../../api/useWatchRead";
import { useHref } from "../../../state/useHref";
import { useLiveWatch } from "../../../state/useLiveWatch";
import { BackLink } from "../../../ui/BackLink";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { IncidentView } from "./IncidentView";
import { Page } from "../../../ui/Page";

/** One incident: what is known, what was done, what can be done. */
export function IncidentPage() {
  const { id = "" } = useParams();
  const href = useHref();
  const incident = useWatchRead<IncidentDetail>(`/incidents/${encodeURIComponent(id)}`);
  useLiveWatch();
  return (
    <Page>
      <BackLink to={href("/incidents")}>Incidents</BackLink>
      {incident.data !== undefined ? (
        <IncidentView incident={incident.data} now={incident.dataUpdatedAt} />
      ) : incident.error instanceof ApiError && incident.error.status === 404 ? (
        <Empty title="No such incident">It may be of another project.</Empty>
      ) : incident.error !== null ? (
        <Failure
          what="The incident could not be loaded"
          error={incident.error}
          onRetry={() => void incident.refetch()}
        />
      ) : (
        <Skeleton height={400} />
      )}
    </Page>
  );
}
