import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useHref } from "../../../state/useHref";
import { useView } from "../../../state/useView";
import { writeView } from "../../../state/view";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { CallsSkeleton } from "../../calls/CallsSkeleton";
import { CallsTable } from "../../calls/CallsTable";
import { PAGE, useCalls } from "../../calls/useCalls";

/** The newest calls of the prompt; a click leads to the call among all of them. */
export function CallsTab({ name }: { name: string }) {
  const href = useHref();
  const { view } = useView();
  const calls = useCalls(name);
  const rows = calls.data?.pages[0]?.rows ?? [];
  const of = { prompts: [name] };
  return (
    <Panel
      title="Calls"
      note={calls.data === undefined ? undefined : `${rows.length}${rows.length === PAGE ? " newest" : ""}`}
      actions={
        <Button component={Link} to={href("/calls", {}, of)} size="compact-xs" variant="subtle" color="gray">
          Filter, search and export
        </Button>
      }
    >
      {calls.data === undefined && calls.error !== null && (
        <Failure what="The calls could not be loaded" error={calls.error} onRetry={() => void calls.refetch()} />
      )}
      {calls.isPending && <CallsSkeleton />}
      {calls.data !== undefined && rows.length === 0 && (
        <Empty title="No calls of this prompt in this time range">
          Calls that name “{name}” as their prompt show up here.
        </Empty>
      )}
      {rows.length > 0 && (
        <CallsTable rows={rows} stale={calls.isPlaceholderData} search={writeView({ ...view, ...of })} />
      )}
    </Panel>
  );
}
