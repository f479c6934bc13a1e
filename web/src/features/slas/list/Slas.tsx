import { Box, Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Sla } from "../../../api/slas";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import { SlaRow } from "./SlaRow";
import { Page } from "../../../ui/Page";
import { PageHead } from "../../../ui/PageHead";

/** What was promised, and whether it is kept. */
export function Slas() {
  const { role } = useProject();
  const href = useHref();
  const list = useWatchRead<Sla[]>("/slas");
  const mayEdit = role !== "viewer";
  const make = (
    <Button component={Link} to={href("/slas/new")} size="xs" leftSection={<IconPlus size={15} aria-hidden />}>
      New SLA
    </Button>
  );
  return (
    <Page>
      <PageHead title="SLAs" actions={mayEdit && make} />
      <Panel title="Objectives" note={list.data === undefined ? undefined : String(list.data.length)}>
        <RowsState
          what="The SLAs"
          rows={list.data}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            <Empty title="No SLAs yet">
              Promise that a share of calls, minutes or scores is good. You see whether it is kept, how much of the
              error budget is left, and get alerts before it is gone.
              <Box mt="sm">{mayEdit ? make : "Editors and admins define SLAs."}</Box>
            </Empty>
          }
        >
          <Table label="Objectives" cards>
            <thead>
              <tr>
                <th scope="col">Objective</th>
                <th scope="col">Status</th>
                <th scope="col">So far</th>
                <th scope="col">Error budget</th>
                <th scope="col">Burn rate</th>
              </tr>
            </thead>
            <tbody>
              {list.data?.map((sla) => (
                <SlaRow key={sla.id} sla={sla} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
    </Page>
  );
}
