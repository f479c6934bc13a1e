import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { Answered } from "../../api/useMetrics";
import { useView } from "../../state/useView";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { SortHeader, type Sort } from "../../ui/SortHeader";
import { Table } from "../../ui/Table";
import classes from "./PromptTable.module.css";
import { PromptRow } from "./PromptRow";
import { sortRows, tableRows } from "./rows";

/** How each prompt fares; a click on one shows only it. */
export function PromptTable({ prompts }: { prompts: UseQueryResult<Answered> }) {
  const [sort, setSort] = useState<Sort>({ by: "total_requests", descending: true });
  const { view } = useView();
  const { data, error } = prompts;
  if (data === undefined) {
    return (
      <Panel title="Prompts">
        {error === null ? (
          <Skeleton height={180} m="sm" w="auto" />
        ) : (
          <Failure what="The prompts could not be loaded" error={error} onRetry={() => void prompts.refetch()} />
        )}
      </Panel>
    );
  }
  const rows = sortRows(tableRows(data), sort);
  const note =
    data.groups_total > rows.length
      ? `${rows.length} of ${data.groups_total}, those with the most requests`
      : `${rows.length}`;
  return (
    <Panel title="Prompts" note={view.prompts.length > 0 ? `${note} chosen` : note}>
      {rows.length === 0 ? (
        <Empty title="No calls in this time range">Each prompt that is called shows up here with its figures.</Empty>
      ) : (
        <Table label="Prompts" busy={prompts.isPlaceholderData} className={classes["table"]}>
          <thead>
            <tr>
              <SortHeader label="Prompt" by="prompt" text sort={sort} onSort={setSort} />
              {data.metrics.map(({ key, label }) => (
                <SortHeader key={key} label={label} by={key} sort={sort} onSort={setSort} />
              ))}
              <th scope="col">Open</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PromptRow key={row.prompt ?? ""} row={row} metrics={data.metrics} />
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}
