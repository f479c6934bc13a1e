import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useApi } from "../../../api/ApiContext";
import type { Experiment } from "../../../api/experiments";
import { experiments } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { ExperimentsTable } from "../../experiments/list/ExperimentsTable";

const MOST = 100;

/** Experiments in which versions of the prompt compete. */
export function ExperimentsTab({ name }: { name: string }) {
  const api = useApi();
  const href = useHref();
  const { id, role } = useProject();
  const found = useQuery({
    queryKey: [...experiments(id), "of prompt", name],
    queryFn: async ({ signal }) => {
      const params = { project: id, prompt: name, limit: MOST };
      return (await api<Experiment[]>("/experiments", { params, signal })).data;
    },
  });
  const start = role !== "viewer" && (
    <Button component={Link} to={href("/experiments/new", {}, { prompts: [name] })} size="compact-xs" variant="default">
      New experiment
    </Button>
  );
  return (
    <Panel title="Experiments" note={found.data?.length} actions={start}>
      <RowsState
        what="The experiments"
        rows={found.data}
        error={found.error}
        onRetry={() => void found.refetch()}
        empty={
          <Empty title="No experiments with this prompt">
            An experiment serves two or more versions to different people and measures which does better.
          </Empty>
        }
      >
        {found.data !== undefined && <ExperimentsTable rows={found.data} stale={false} now={found.dataUpdatedAt} />}
      </RowsState>
    </Panel>
  );
}
