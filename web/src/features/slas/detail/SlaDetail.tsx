import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import { ApiError } from "../../../api/client";
import type { Sla } from "../../../api/slas";
import { useWatchRead } from "../../../api/useWatchRead";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { SlaView } from "./SlaView";
import { Page } from "../../../ui/Page";

/** One objective: its budget, how fast it burns, how it was kept. */
export function SlaDetail() {
  const { id = "" } = useParams();
  const href = useHref();
  const sla = useWatchRead<Sla>(`/slas/${encodeURIComponent(id)}`);
  return (
    <Page>
      <BackLink to={href("/slas")}>SLAs</BackLink>
      {sla.data !== undefined ? (
        <SlaView sla={sla.data} />
      ) : sla.error instanceof ApiError && sla.error.status === 404 ? (
        <Empty title="No such SLA">It may have been deleted.</Empty>
      ) : sla.error !== null ? (
        <Failure what="The SLA could not be loaded" error={sla.error} onRetry={() => void sla.refetch()} />
      ) : (
        <Skeleton height={320} />
      )}
    </Page>
  );
}
