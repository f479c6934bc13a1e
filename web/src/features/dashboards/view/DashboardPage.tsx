import { Skeleton } from "@mantine/core";
import { Navigate, useLocation, useParams, useSearchParams } from "react-router";
import { ApiError } from "../../../api/client";
import { hasRange } from "../../../state/view";
import { Failure } from "../../../ui/Failure";
import { useDashboard } from "../useDashboard";
import { DashboardView } from "./DashboardView";
import { NoDashboard } from "./NoDashboard";

/** One dashboard. */
export function DashboardPage() {
  const { id = "" } = useParams();
  const [params] = useSearchParams();
  const location = useLocation();
  const { data, error, refetch } = useDashboard(id);
  if (data === undefined) {
    if (error === null) return <Skeleton height={600} />;
    if (error instanceof ApiError && error.status === 404) return <NoDashboard />;
    return <Failure what="The dashboard could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  if (!hasRange(params)) {
    const search = new URLSearchParams(params);
    search.set("range", data.range);
    return <Navigate to={{ search: search.toString(), hash: location.hash }} replace />;
  }
  return <DashboardView key={data.id} dashboard={data} />;
}
