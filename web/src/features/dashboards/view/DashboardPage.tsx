import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import { ApiError } from "../../../api/client";
import { Failure } from "../../../ui/Failure";
import { useDashboard } from "../useDashboard";
import { DashboardView } from "./DashboardView";
import { NoDashboard } from "./NoDashboard";
import { OpensWith } from "./OpensWith";

/** One dashboard. */
export function DashboardPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = useDashboard(id);
  if (data === undefined) {
    if (error === null) return <Skeleton height={600} />;
    if (error instanceof ApiError && error.status === 404) return <NoDashboard />;
    return <Failure what="The dashboard could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  return (
    <OpensWith range={data.range}>
      <DashboardView key={data.id} dashboard={data} />
    </OpensWith>
  );
}
