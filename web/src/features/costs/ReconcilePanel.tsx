import { useState } from "react";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { BillDrop } from "./BillDrop";
import classes from "./Costs.module.css";
import { ReconciliationList } from "./ReconciliationList";
import { ReconciliationView } from "./ReconciliationView";
import { useReconciliations } from "./useReconciliations";

/** Compares a provider's bill with what is counted here. */
export function ReconcilePanel() {
  const { role } = useProject();
  const [open, setOpen] = useState<string | null>(null);
  const bills = useReconciliations(open);
  const { list } = bills;
  return (
    <Panel id="reconciliation" title="Compare with a bill" note="the gap by model and day">
      <p className={classes["lead"]}>
        The file stays with you: what it says by model and day is compared and kept, the file is not.
      </p>
      {role !== "viewer" && <BillDrop compare={bills.compare} onCompared={setOpen} />}
      {open !== null && <ReconciliationView key={open} detail={bills.detail} />}
      <RowsState
        what="The comparisons"
        rows={list.data}
        error={list.error}
        onRetry={() => void list.refetch()}
        empty={
          <Empty title="No bill was compared yet">
            Take the CSV of usage or costs that your provider offers for download. Its columns are found by their names.
          </Empty>
        }
      >
        <ReconciliationList
          rows={list.data ?? []}
          open={open}
          onOpen={setOpen}
          remove={bills.remove}
          mayDelete={role !== "viewer"}
        />
      </RowsState>
    </Panel>
  );
}
