import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import type { Report } from "../../api/reports";
import { useWatchRead } from "../../api/useWatchRead";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { ReportForm } from "./ReportForm";

/** Defines a report, or changes the one of the address. */
export function ReportFormPage() {
  const { id } = useParams();
  const { role } = useProject();
  const stored = useWatchRead<Report>(`/reports/${encodeURIComponent(id ?? "")}`, {}, id !== undefined);
  if (role === "viewer") return <Empty title="Editors and admins define reports">Ask one of them.</Empty>;
  if (id === undefined) return <ReportForm stored={null} />;
  if (stored.data !== undefined) return <ReportForm key={id} stored={stored.data} />;
  if (stored.error !== null) {
    return <Failure what="The report could not be loaded" error={stored.error} onRetry={() => void stored.refetch()} />;
  }
  return <Skeleton height={320} />;
}
