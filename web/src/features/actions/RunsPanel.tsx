import type { Run } from "../../api/actions";
import { useWatchRead } from "../../api/useWatchRead";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { RunRow } from "./RunRow";

const NEWEST = 50;

/** What a policy did or would have done; null: what all of them did. */
export function RunsPanel({ policyId }: { policyId: string | null }) {
  const runs = useWatchRead<Run[]>("/action-runs", { limit: NEWEST, policy_id: policyId });
  return (
    <Panel title="History" note={runs.data?.length === NEWEST ? `the newest ${NEWEST}` : undefined}>
      <RowsState
        what="The history"
        rows={runs.data}
        error={runs.error}
        onRetry={() => void runs.refetch()}
        empty={<Empty title="Nothing done yet">Every act, dry runs too, is kept here with its evidence.</Empty>}
      >
        <Table label="History" cards>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Result</th>
              <th scope="col">Evidence</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {runs.data?.map((run) => (
              <RunRow key={run.id} run={run} withPolicy={policyId === null} now={runs.dataUpdatedAt} />
            ))}
          </tbody>
        </Table>
      </RowsState>
    </Panel>
  );
}
