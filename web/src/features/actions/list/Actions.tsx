import { Box, Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Policy } from "../../../api/actions";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import { RunsPanel } from "../RunsPanel";
import { PolicyRow } from "./PolicyRow";
import { Page } from "../../../ui/Page";
import { PageHead } from "../../../ui/PageHead";

/** What the system may do by itself, and what it did. */
export function Actions() {
  const { role } = useProject();
  const href = useHref();
  const list = useWatchRead<Policy[]>("/policies");
  const mayEdit = role !== "viewer";
  const make = (
    <Button component={Link} to={href("/actions/new")} size="xs" leftSection={<IconPlus size={15} aria-hidden />}>
      New policy
    </Button>
  );
  return (
    <Page>
      <PageHead
        title="Actions"
        lead="A policy may take a change back when something fires; it never promotes one. It starts as a dry run: the incident then says what would have been done."
        actions={mayEdit && make}
      />
      <Panel title="Policies" note={list.data === undefined ? undefined : String(list.data.length)}>
        <RowsState
          what="The policies"
          rows={list.data}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            <Empty title="No policies yet">
              Let a bad version roll back by itself, a slow model give way to its fallback, or an experiment pause,
              within limits that you set.
              <Box mt="sm">{mayEdit ? make : "Editors and admins make policies."}</Box>
            </Empty>
          }
        >
          <Table label="Policies" cards>
            <thead>
              <tr>
                <th scope="col">Policy</th>
                <th scope="col">State</th>
                <th scope="col">Today</th>
                <th scope="col">Last act</th>
              </tr>
            </thead>
            <tbody>
              {list.data?.map((policy) => (
                <PolicyRow key={policy.id} policy={policy} now={list.dataUpdatedAt} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
      <RunsPanel policyId={null} />
    </Page>
  );
}
