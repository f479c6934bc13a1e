import { Button } from "@mantine/core";
import type { Rule } from "../../../api/alerts";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { AlertTable } from "../AlertTable";
import { PAGE, useAlerts } from "../useAlerts";

/** When the rule fired. */
export function FiredPanel({ rule }: { rule: Rule }) {
  const list = useAlerts({ source: "rule", source_id: rule.id });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const total = list.data?.pages[0]?.total;
  return (
    <Panel
      title="When it fired"
      note={total === undefined || total === 0 ? undefined : total === 1 ? "once" : `${total} times`}
    >
      <RowsState
        what="The alerts"
        rows={rows}
        error={list.error}
        onRetry={() => void list.refetch()}
        empty={<Empty title="It has not fired yet" />}
      >
        {rows !== undefined && <AlertTable label={`Alerts of ${rule.name}`} alerts={rows} now={list.dataUpdatedAt} />}
        {list.hasNextPage && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            m="xs"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Load {PAGE} more
          </Button>
        )}
      </RowsState>
    </Panel>
  );
}
