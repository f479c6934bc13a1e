import { Button, NativeSelect } from "@mantine/core";
import { useSearchParams } from "react-router";
import type { AlertSource, Severity } from "../../../api/alerts";
import { withParams } from "../../../state/withParams";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { SEVERITIES, SEVERITY_WORD } from "../../../ui/severityWord";
import { AlertTable } from "../AlertTable";
import classes from "../Alerts.module.css";
import { PAGE, useAlerts } from "../useAlerts";
import { SOURCE_WORD } from "../words";

const SOURCES = Object.keys(SOURCE_WORD) as AlertSource[];

/** What fired, newest first. */
export function HistoryTab() {
  const [params, setParams] = useSearchParams();
  const severity: Severity | null = SEVERITIES.find((one) => one === params.get("severity")) ?? null;
  const source: AlertSource | null = SOURCES.find((one) => one === params.get("source")) ?? null;
  const list = useAlerts({ severity, source });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const total = list.data?.pages[0]?.total;
  const set = (part: Record<string, string | null>) => setParams((current) => withParams(current, part));
  const filtered = severity !== null || source !== null;
  return (
    <>
      <div className={classes["bar"]} role="group" aria-label="Filters">
        <NativeSelect
          size="xs"
          aria-label="Severity"
          value={severity ?? ""}
          data={[
            { value: "", label: "All severities" },
            ...SEVERITIES.map((value) => ({ value, label: SEVERITY_WORD[value] })),
          ]}
          onChange={(event) => set({ severity: event.currentTarget.value || null })}
        />
        <NativeSelect
          size="xs"
          aria-label="Source"
          value={source ?? ""}
          data={[
            { value: "", label: "Rules, SLAs and budgets" },
            ...SOURCES.map((value) => ({ value, label: `${SOURCE_WORD[value]}s` })),
          ]}
          onChange={(event) => set({ source: event.currentTarget.value || null })}
        />
      </div>
      <Panel title={rows === undefined || total === undefined ? "History" : countText(rows.length, total)}>
        <RowsState
          what="The alerts"
          rows={rows}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            filtered ? (
              <Empty title="No alert like that">
                Choose another severity or source.
                <div>
                  <Button size="xs" variant="default" mt="sm" onClick={() => set({ severity: null, source: null })}>
                    Show all alerts
                  </Button>
                </div>
              </Empty>
            ) : (
              <Empty title="Nothing has fired yet">
                Alerts stay here when they are over, with how long they lasted.
              </Empty>
            )
          }
        >
          {rows !== undefined && (
            <AlertTable
              label="Alerts that fired"
              alerts={rows}
              now={list.dataUpdatedAt}
              stale={list.isPlaceholderData}
            />
          )}
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
    </>
  );
}

function countText(shown: number, total: number): string {
  if (shown < total) return `${shown} newest of ${total} alerts`;
  return total === 1 ? "1 alert" : `${total} alerts`;
}
