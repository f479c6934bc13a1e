import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { Budget } from "../../api/costs";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { BudgetForm } from "./BudgetForm";
import { BudgetRow } from "./BudgetRow";
import classes from "./Costs.module.css";

/** What may be spent, and how far it is: made, changed and deleted in their place. */
export function BudgetsPanel({ budgets }: { budgets: UseQueryResult<Budget[]> }) {
  const { role } = useProject();
  const mayEdit = role !== "viewer";
  /** Id of the one that is being changed, "" a new one. */
  const [editing, setEditing] = useState<string | null>(null);
  const close = () => setEditing(null);
  return (
    <Panel
      id="budgets"
      title="Budgets"
      note="periods begin in the project's time zone"
      actions={
        mayEdit &&
        editing !== "" && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setEditing("")}
          >
            New budget
          </Button>
        )
      }
    >
      {editing === "" && <BudgetForm budget={null} onDone={close} />}
      <RowsState
        what="The budgets"
        rows={budgets.data}
        error={budgets.error}
        onRetry={() => void budgets.refetch()}
        empty={
          editing === "" ? null : (
            <Empty title="No budgets yet">
              A budget shows how much of an amount is spent, and the day on which it will be crossed.
            </Empty>
          )
        }
      >
        <ul className={classes["budgets"]}>
          {budgets.data?.map((budget) =>
            budget.id === editing ? (
              <li key={budget.id}>
                <BudgetForm budget={budget} onDone={close} />
              </li>
            ) : (
              <BudgetRow key={budget.id} budget={budget} mayEdit={mayEdit} onEdit={() => setEditing(budget.id)} />
            ),
          )}
        </ul>
      </RowsState>
    </Panel>
  );
}
