import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import type { ReportPage } from "../../api/reports";
import { useWatchRead } from "../../api/useWatchRead";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { BackLink } from "../../ui/BackLink";
import { DownloadLink } from "../../ui/DownloadLink";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { Paper } from "./Paper";
import classes from "./Reports.module.css";
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
    <div className={classes["page"]}>
      <BackLink to={href(`/reports/${id}`)}>Report</BackLink>
      {page.data !== undefined ? (
        <>
          <h1 className={classes["title"]}>{page.data.subject}</h1>
          <p className={classes["lead"]}>
            {KINDS[page.data.run.kind]}. {deliveredText(page.data.run)}.
          </p>
          <Panel title="As it was sent" actions={<DownloadLink href={file}>PDF</DownloadLink>}>
            <Paper title={page.data.subject} html={page.data.html} />
          </Panel>
        </>
      ) : page.error !== null ? (
        <Failure what="The report could not be shown" error={page.error} onRetry={() => void page.refetch()} />
      ) : (
        <Skeleton height={480} />
      )}
    </div>
  );
}
