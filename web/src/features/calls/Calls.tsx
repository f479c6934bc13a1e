import { Button, SegmentedControl } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { Outlet } from "react-router";
import { useView } from "../../state/useView";
import { isComparing } from "../../state/where";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { promptName } from "../../ui/promptName";
import { CallsTable } from "./CallsTable";
import { CallsSkeleton } from "./CallsSkeleton";
import { ExportDialog } from "./ExportDialog";
import { FilterBar } from "./FilterBar";
import { Histograms } from "./Histograms";
import { LoadMore } from "./LoadMore";
import classes from "./Calls.module.css";
import { useCalls } from "./useCalls";
import { useExportAddress } from "./useExportAddress";

/** Pages are loaded by themselves up to this many calls; more are a matter for filters or the export. */
const MOST = 2000;

/** The calls behind the numbers, newest first. */
export function Calls() {
  const { view } = useView();
  const [chosen, setChosen] = useState(0);
  const comparing = isComparing(view);
  const prompt = view.prompts[comparing ? Math.min(chosen, view.prompts.length - 1) : 0];
  const calls = useCalls(prompt);
  const exportAddress = useExportAddress(prompt);
  const [exporting, dialog] = useDisclosure(false);
  const rows = calls.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <div className={classes["page"]}>
      <h1 className={classes["title"]}>Calls</h1>
      <FilterBar />
      {comparing && (
        <SegmentedControl
          size="xs"
          aria-label="Prompt whose calls are listed"
          value={String(Math.min(chosen, view.prompts.length - 1))}
          onChange={(value) => setChosen(Number(value))}
          data={view.prompts.map((one, index) => ({ value: String(index), label: promptName(one) }))}
        />
      )}
      <Histograms prompt={prompt} />
      <Panel
        title="Calls"
        note={calls.data === undefined ? undefined : `${rows.length}${calls.hasNextPage ? " newest" : ""}`}
        actions={
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={dialog.open}
          >
            Export
          </Button>
        }
      >
        {calls.data === undefined && calls.error !== null && (
          <Failure what="The calls could not be loaded" error={calls.error} onRetry={() => void calls.refetch()} />
        )}
        {calls.isPending && <CallsSkeleton />}
        {calls.data !== undefined && rows.length === 0 && (
          <Empty title="No calls here">Choose a longer time range, or take filters away.</Empty>
        )}
        {rows.length > 0 && <CallsTable rows={rows} stale={calls.isPlaceholderData} />}
        {calls.hasNextPage &&
          (rows.length < MOST ? (
            <LoadMore loading={calls.isFetchingNextPage} onReach={() => void calls.fetchNextPage()} />
          ) : (
            <p className={classes["much"]}>
              The newest {rows.length} are shown. Narrow the time range or filter, or export all.
            </p>
          ))}
      </Panel>
      {exporting && <ExportDialog address={exportAddress} onClose={dialog.close} />}
      <Outlet context={rows.map(({ id }) => id)} />
    </div>
  );
}
