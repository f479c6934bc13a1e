import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Report, ReportRun } from "../../api/reports";
import { useWatchRead } from "../../api/useWatchRead";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import cells from "../../ui/cells.module.css";
import classes from "./Reports.module.css";
import { deliveredText, KINDS, STATES } from "./words";

const PAGE = 25;

/** What was made and sent. */
export function RunsPanel({ report }: { report: Report }) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const [offset, setOffset] = useState(0);
  const runs = useWatchRead<ReportRun[]>(`/reports/${report.id}/runs`, { limit: PAGE, offset });
  const isFull = runs.data?.length === PAGE;
  return (
    <Panel title="History">
      <RowsState
        what="The history"
        rows={runs.data}
        error={runs.error}
        onRetry={() => void runs.refetch()}
        empty={<Empty title="Nothing was sent yet">It comes at its time, or when you send it.</Empty>}
      >
        <Table label="History" cards>
          <thead>
            <tr>
              <th scope="col">Period</th>
              <th scope="col">State</th>
              <th scope="col">Delivery</th>
              <th scope="col">Due</th>
            </tr>
          </thead>
          <tbody>
            {runs.data?.map((run) => (
              <tr key={run.id}>
                <td className={cells["main"]}>
                  {run.state === "made" || run.state === "quiet" ? (
                    <Link to={href(`/reports/${report.id}/runs/${run.id}`)} className={cells["link"] ?? ""}>
                      {run.period}
                    </Link>
                  ) : (
                    run.period
                  )}
                  <div className={cells["under"]}>{KINDS[run.kind]}</div>
                </td>
                <td data-label="State">{STATES[run.state]}</td>
                <td data-label="Delivery">
                  {deliveredText(run)}
                  {run.deliveries
                    .filter(({ state }) => state === "dead")
                    .map((one) => (
                      <div key={one.to} className={cells["under"]}>
                        {one.to}: {one.said}
                      </div>
                    ))}
                </td>
                <td data-label="Due" className={cells["few"]}>
                  {formatTime(run.due_at, "dateMinute", zone)}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </RowsState>
      {(offset > 0 || isFull) && (
        <div className={classes["pages"]}>
          <Button size="compact-xs" variant="default" disabled={offset === 0} onClick={() => setOffset(offset - PAGE)}>
            Newer
          </Button>
          <Button size="compact-xs" variant="default" disabled={!isFull} onClick={() => setOffset(offset + PAGE)}>
            Older
          </Button>
        </div>
      )}
    </Panel>
  );
}
