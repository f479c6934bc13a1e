import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import type { ReportPage } from "../../api/reports";
import { useWatchRead } from "../../api/useWatchRead";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { BackLink } from "../../ui/BackLink";
import { DownloadLink } from "../../ui/DownloadLink";
import { Failure } from "../../ui/Failure";
import { Page } from "../../ui/Page";
import { PageHead } from "../../ui/PageHead";
import { Panel } from "../../ui/Panel";
import { Paper } from "./Paper";
import { deliveredText, KINDS } from "./words";

/** A report that was made, as its recipients got it. */
export function RunPage() {
  const { id = "", run = "" } = useParams();
  const href = useHref();
  const { id: project } = useProject();
  const path = `/reports/${encodeURIComponent(id)}/runs/${encodeURIComponent(run)}`;
  const page = useWatchRead<ReportPage>(path);
  const file = `/api/v1${path}/pdf?project=${encodeURIComponent(project)}`;
  return (
    <Page>
      <BackLink to={href(`/reports/${id}`)}>Report</BackLink>
      {page.data !== undefined ? (
        <>
          <PageHead title={page.data.subject} lead={`${KINDS[page.data.run.kind]}. ${deliveredText(page.data.run)}.`} />
          <Panel title="As it was sent" actions={<DownloadLink href={file}>PDF</DownloadLink>}>
            <Paper title={page.data.subject} html={page.data.html} />
          </Panel>
        </>
      ) : page.error !== null ? (
        <Failure what="The report could not be shown" error={page.error} onRetry={() => void page.refetch()} />
      ) : (
        <Skeleton height={480} />
      )}
    </Page>
  );
}
