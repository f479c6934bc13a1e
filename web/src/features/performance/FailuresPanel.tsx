import { Button, VisuallyHidden } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { Failures } from "../../api/analysis";
import { format } from "../../format/number";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { FailureRow } from "./FailureRow";
import classes from "./Performance.module.css";

/** Shown at first. */
const FEW = 8;

/** The commonest failures; those that read the same but for numbers and ids are one. */
export function FailuresPanel({ failures }: { failures: UseQueryResult<Failures> }) {
  const { data, error, dataUpdatedAt } = failures;
  const [all, setAll] = useState(false);
  const shown = all ? data?.groups : data?.groups.slice(0, FEW);
  const more = data !== undefined && data.groups_total > data.groups.length;
  return (
    <Panel
      id="messages"
      title="Commonest failures"
      note={
        data !== undefined &&
        data.groups.length > 0 &&
        (more
          ? `${data.groups.length} of ${format(data.groups_total, "count")}, those with the most calls; alike but for numbers and ids`
          : "alike but for numbers and ids")
      }
    >
      <RowsState
        what="The failures"
        rows={data?.groups}
        error={error}
        onRetry={() => void failures.refetch()}
        empty={
          <Empty title="No errors in this time range">
            Failed calls are grouped here by what they say, the commonest first.
          </Empty>
        }
      >
        <Table label="Commonest failures" busy={failures.isPlaceholderData} className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">Message, as the newest call says it</th>
              <th scope="col">Kind</th>
              <th scope="col" className={classes["number"]}>
                Calls
              </th>
              <th scope="col" className={classes["number"]}>
                Of failures
              </th>
              <th scope="col">Prompts</th>
              <th scope="col">Last</th>
              <th scope="col">
                <VisuallyHidden>Open</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown?.map((group) => (
              <FailureRow key={group.pattern} group={group} now={dataUpdatedAt} />
            ))}
          </tbody>
        </Table>
        {data !== undefined && data.groups.length > FEW && (
          <div className={classes["more"]}>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(!all)}>
              {all ? "Show fewer" : `Show ${data.groups.length}`}
            </Button>
          </div>
        )}
      </RowsState>
    </Panel>
  );
}
