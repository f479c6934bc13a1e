import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { settings } from "../../api/keys";
import type { AuditEntry } from "../../api/types";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import cells from "../../ui/cells.module.css";
import { detailText } from "./detailText";
import classes from "./Settings.module.css";

const PAGE = 100;

/** Who changed what, newest first. */
export function AuditLog() {
  const api = useApi();
  const { id, time_zone: zone } = useProject();
  const log = useInfiniteQuery({
    queryKey: settings(id, "audit"),
    staleTime: 0,
    initialPageParam: 0,
    getNextPageParam: (last: { total: number; rows: AuditEntry[] }, _pages, offset: number) =>
      offset + last.rows.length < last.total ? offset + last.rows.length : undefined,
    queryFn: async ({ pageParam, signal }) => {
      const params = { limit: PAGE, offset: pageParam };
      const { data, meta } = await api<AuditEntry[]>(`/projects/${id}/audit`, { params, signal });
      return { rows: data, total: typeof meta["total"] === "number" ? meta["total"] : data.length };
    },
  });
  const rows = log.data?.pages.flatMap((page) => page.rows);
  return (
    <Panel title="Audit log" note={rows && `${rows.length} of ${log.data?.pages[0]?.total ?? rows.length}`}>
      <RowsState
        what="The audit log"
        rows={rows}
        error={log.error}
        onRetry={() => void log.refetch()}
        empty={<Empty title="Nothing has been changed yet" />}
      >
        <Table label="Audit log" cards>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Who</th>
              <th scope="col">Did</th>
              <th scope="col">To</th>
            </tr>
          </thead>
          <tbody>
            {rows?.map((entry) => (
              <tr key={entry.id}>
                <td className={cells["few"]}>{formatTime(entry.at, "dateSecond", zone)}</td>
                <td data-label="Who">{entry.actor}</td>
                <td data-label="Did">
                  <span className={classes["code"]}>{entry.action}</span>
                </td>
                <td data-label="To" className={classes["wrap"]}>
                  {entry.target}
                  <div className={cells["under"]}>{detailText(entry.detail)}</div>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
        {log.hasNextPage && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            m="xs"
            loading={log.isFetchingNextPage}
            onClick={() => void log.fetchNextPage()}
          >
            Load {PAGE} more
          </Button>
        )}
      </RowsState>
    </Panel>
  );
}
