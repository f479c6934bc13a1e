import { Button, SegmentedControl } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Page } from "../../../ui/Page";
import { PageHead } from "../../../ui/PageHead";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { SearchInput } from "../../../ui/SearchInput";
import { STATUS_WORD } from "../words";
import classes from "./Experiments.module.css";
import { ExperimentsTable } from "./ExperimentsTable";
import { parseFilter, STATUSES, withFilter } from "./filter";
import { NoExperiments } from "./NoExperiments";
import { PAGE, useExperiments } from "./useExperiments";

const ALL = "all";

/** All experiments of the project, newest first. */
export function Experiments() {
  const [params, setParams] = useSearchParams();
  const href = useHref();
  const { role } = useProject();
  const filter = parseFilter(params);
  const list = useExperiments(filter);
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const total = list.data?.pages[0]?.total;
  const search = (text: string) => setParams((current) => withFilter(current, { search: text }), { replace: true });
  return (
    <Page>
      <PageHead
        title="Experiments"
        actions={
          role !== "viewer" && (
            <Button
              component={Link}
              to={href("/experiments/new")}
              size="xs"
              leftSection={<IconPlus size={15} aria-hidden />}
            >
              New experiment
            </Button>
          )
        }
      />
      <div className={classes["bar"]} role="group" aria-label="Filters">
        <SearchInput label="Search in titles" placeholder="Find by title" value={filter.search} onSearch={search} />
        <SegmentedControl
          size="xs"
          aria-label="Status"
          className={classes["statuses"] ?? ""}
          value={filter.status ?? ALL}
          onChange={(value) =>
            setParams((current) => withFilter(current, { status: STATUSES.find((one) => one === value) ?? null }))
          }
          data={[{ value: ALL, label: "All" }, ...STATUSES.map((value) => ({ value, label: STATUS_WORD[value] }))]}
        />
      </div>
      <Panel title={rows === undefined || total === undefined ? "Experiments" : countText(rows.length, total)}>
        <RowsState
          what="The experiments"
          rows={rows}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            <NoExperiments
              filtered={filter.status !== null || filter.search !== ""}
              onClear={() => setParams((current) => withFilter(current, { status: null, search: "" }))}
            />
          }
        >
          {rows !== undefined && (
            <ExperimentsTable rows={rows} stale={list.isPlaceholderData} now={list.dataUpdatedAt} />
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
    </Page>
  );
}

function countText(shown: number, total: number): string {
  if (shown < total) return `${shown} newest of ${total} experiments`;
  return total === 1 ? "1 experiment" : `${total} experiments`;
}
