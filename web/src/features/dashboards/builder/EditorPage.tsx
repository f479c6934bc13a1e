import { Button, Skeleton } from "@mantine/core";
import { Link, useParams, useSearchParams } from "react-router";
import { ApiError } from "../../../api/client";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { dashboardPath } from "../dashboardPath";
import { useDashboard } from "../useDashboard";
import { NoDashboard } from "../view/NoDashboard";
import { OpensWith } from "../view/OpensWith";
import { DashboardEditor } from "./DashboardEditor";
import { bodyOf } from "./draft";

const EMPTY = { name: "", description: "", range: "7d", widgets: [] } as const;

/** A new dashboard, a copy of another (`?from=`), or the change of one. */
export function EditorPage() {
  const { id = null } = useParams();
  const [params] = useSearchParams();
  const { role } = useProject();
  const href = useHref();
  const from = id ?? params.get("from");
  if (role === "viewer") {
    return (
      <Empty title="Only editors and admins change dashboards">
        Ask an admin of the project for the role.
        <div>
          <Button
            component={Link}
            to={href(id === null ? "/dashboards" : dashboardPath(id))}
            variant="default"
            size="xs"
            mt="sm"
          >
            {id === null ? "See the dashboards" : "See the dashboard"}
          </Button>
        </div>
      </Empty>
    );
  }
  if (from === null) {
    return (
      <OpensWith range={EMPTY.range}>
        <DashboardEditor key="new" id={null} saved={{ ...EMPTY, widgets: [] }} revision={null} />
      </OpensWith>
    );
  }
  return <Loaded key={`${id ?? "copy"} ${from}`} from={from} copies={id === null} />;
}

function Loaded({ from, copies }: { from: string; copies: boolean }) {
  const { data, error, refetch, isFetchedAfterMount } = useDashboard(from, true);
  if (data === undefined || (!isFetchedAfterMount && error === null)) {
    if (error === null) return <Skeleton height={600} />;
    if (error instanceof ApiError && error.status === 404) return <NoDashboard />;
    return <Failure what="The dashboard could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  const body = bodyOf(data);
  return (
    <OpensWith range={body.range}>
      {copies || data.ready_made ? (
        <DashboardEditor id={null} saved={{ ...body, name: `${body.name} copy` }} revision={null} copyOf={data.id} />
      ) : (
        <DashboardEditor id={data.id} saved={body} revision={data.revision} />
      )}
    </OpensWith>
  );
}
