import { Button, Switch } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useProject } from "../../../state/ProjectContext";
import { Page } from "../../../ui/Page";
import { PageHead } from "../../../ui/PageHead";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { SearchInput } from "../../../ui/SearchInput";
import { NewPrompt } from "../form/NewPrompt";
import { usePrompts } from "../usePrompts";
import { foundLines, promptLines, sortLines } from "./lines";
import { parseList, withList, type ListState } from "./listState";
import { NoPrompts } from "./NoPrompts";
import classes from "./Prompts.module.css";
import { PromptsTable } from "./PromptsTable";
import { usePromptMetrics } from "./usePromptMetrics";

/** Every prompt: what is served of it, and how it fares. */
export function Prompts() {
  const [params, setParams] = useSearchParams();
  const { role } = useProject();
  const state = parseList(params);
  const change = (part: Partial<ListState>, replace = false) =>
    setParams((current) => withList(current, part), { replace });
  const prompts = usePrompts({ archived: state.archived, search: state.search });
  const archive = usePrompts({ archived: true });
  const { totals, series, versions } = usePromptMetrics();

  const lines = useMemo(() => {
    if (prompts.data === undefined || (archive.data === undefined && archive.error === null)) return undefined;
    const whole = prompts.data.total <= prompts.data.rows.length && !prompts.isPlaceholderData;
    const all = promptLines({
      prompts: prompts.data.rows,
      hidden: new Set(archive.data?.rows.map(({ name }) => name)),
      unregistered: whole && !state.archived && archive.data !== undefined,
      totals: totals.data,
      series: series.data,
      versions: versions.data,
    });
    return sortLines(foundLines(all, state.search), state.sort);
  }, [prompts, archive, totals.data, series.data, versions.data, state]);

  return (
    <Page>
      <PageHead
        title="Prompts"
        actions={
          role !== "viewer" && (
            <Button size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => change({ create: "" })}>
              New prompt
            </Button>
          )
        }
      />
      <div className={classes["bar"]} role="group" aria-label="Filters">
        <SearchInput
          label="Search in names, descriptions and tags"
          placeholder="Name, description or tag"
          value={state.search}
          onSearch={(text) => change({ search: text }, true)}
        />
        <Switch
          size="xs"
          label="Show the archive"
          checked={state.archived}
          onChange={(event) => change({ archived: event.currentTarget.checked })}
        />
      </div>
      <Panel
        title={state.archived ? "Archived prompts" : "Prompts"}
        note={lines === undefined ? undefined : countText(lines.length, prompts.data?.total ?? 0)}
      >
        <RowsState
          what="The prompts"
          rows={lines}
          error={prompts.error}
          onRetry={() => void prompts.refetch()}
          empty={<NoPrompts state={state} onChange={change} />}
        >
          {totals.error !== null && totals.data === undefined && (
            <div className={classes["failed"]} role="alert">
              The figures of the calls could not be loaded: {totals.error.message}
              <Button size="compact-xs" variant="default" onClick={() => void totals.refetch()}>
                Try again
              </Button>
            </div>
          )}
          {lines !== undefined && (
            <PromptsTable
              lines={lines}
              sort={state.sort}
              onSort={(sort) => change({ sort }, true)}
              partialLast={series.data?.last_bucket_partial ?? false}
              stale={totals.isPlaceholderData || prompts.isPlaceholderData}
            />
          )}
        </RowsState>
      </Panel>
      {state.create !== null && role !== "viewer" && (
        <NewPrompt key={state.create} name={state.create} onClose={() => change({ create: null })} />
      )}
    </Page>
  );
}

function countText(shown: number, total: number): string {
  return total > shown ? `${shown} of ${total}, those changed last; a search finds the others` : String(shown);
}
