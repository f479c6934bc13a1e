import { Box, Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Report } from "../../api/reports";
import { useWatchRead } from "../../api/useWatchRead";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { PageHead } from "../../ui/PageHead";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { ReportRow } from "./ReportRow";

/** What is mailed by schedule. */
export function Reports() {
  const { role } = useProject();
  const href = useHref();
  const list = useWatchRead<Report[]>("/reports");
  const mayEdit = role !== "viewer";
  const make = (
    <Button component={Link} to={href("/reports/new")} size="xs" leftSection={<IconPlus size={15} aria-hidden />}>
      New report
    </Button>
  );
  return (
    <Page>
      <PageHead title="Reports" actions={mayEdit && make} />
      <Panel title="By schedule" note={list.data === undefined ? undefined : String(list.data.length)}>
        <RowsState
          what="The reports"
          rows={list.data}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            <Empty title="No reports yet">
              Get a summary every morning, a review every week, or any dashboard once a month: by mail, as a page and as
              PDF.
              <Box mt="sm">{mayEdit ? make : "Editors and admins define reports."}</Box>
            </Empty>
          }
        >
          <Table label="Reports" cards>
            <thead>
              <tr>
                <th scope="col">Report</th>
                <th scope="col">Next</th>
                <th scope="col">Last</th>
                <th scope="col">Recipients</th>
              </tr>
            </thead>
            <tbody>
              {list.data?.map((report) => (
                <ReportRow key={report.id} report={report} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
    </Page>
  );
}
