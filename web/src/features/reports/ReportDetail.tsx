import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import { ApiError } from "../../api/client";
import type { Report } from "../../api/reports";
import { useWatchRead } from "../../api/useWatchRead";
import { useHref } from "../../state/useHref";
import { BackLink } from "../../ui/BackLink";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Page } from "../../ui/Page";
import { ReportView } from "./ReportView";

/** One report: when it comes, to whom, and what was sent. */
export function ReportDetail() {
  const { id = "" } = useParams();
  const href = useHref();
  const report = useWatchRead<Report>(`/reports/${encodeURIComponent(id)}`);
  return (
    <Page>
      <BackLink to={href("/reports")}>Reports</BackLink>
      {report.data !== undefined ? (
        <ReportView report={report.data} />
      ) : report.error instanceof ApiError && report.error.status === 404 ? (
        <Empty title="No such report">It may have been deleted.</Empty>
      ) : report.error !== null ? (
        <Failure what="The report could not be loaded" error={report.error} onRetry={() => void report.refetch()} />
      ) : (
        <Skeleton height={320} />
      )}
    </Page>
  );
}
