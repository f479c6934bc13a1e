import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link } from "react-router";
import type { Budget } from "../../api/costs";
import { format } from "../../format/number";
import { momentOf } from "../../format/zone";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { BudgetState } from "./BudgetState";
import { burnWords, scopeOf } from "./budgetWords";
import classes from "./Costs.module.css";
import { useCostWrite } from "./useCostWrite";

interface Props {
  budget: Budget;
  mayEdit: boolean;
  onEdit: () => void;
}

/** A budget: how much is spent, how much will be. */
export function BudgetRow({ budget, mayEdit, onEdit }: Props) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const remove = useCostWrite<null>();
  const { name, amount_usd: amount, state, spent_share: share } = budget;
  const coming = budget.projected_usd === null ? null : Math.min(100, (100 * budget.projected_usd) / amount);
  const calls = href(
    "/calls",
    {},
    {
      prompts: budget.prompt_id === null ? [] : [budget.prompt_id],
      environment: budget.environment,
      range: {
        start: momentOf(`${budget.start}T00:00:00`, zone),
        end: momentOf(`${budget.end}T00:00:00`, zone),
      },
    },
  );
  return (
    <li className={classes["budget"]}>
      <div>
        <h3>{name}</h3>
        <div className={classes["muted"]}>
          {format(amount, "usd")} a {budget.period}, <Link to={calls}>{scopeOf(budget)}</Link>
        </div>
      </div>
      <div>
        <BudgetState state={state} />
        <div
          className={classes["burn"]}
          data-state={state}
          role="img"
          aria-label={`${name}: ${share === null ? "nothing known spent" : `${format(share, "percent")} spent`}`}
        >
          {coming !== null && <div className={classes["coming"]} style={{ width: `${coming}%` }} />}
          <div className={classes["spent"]} style={{ width: `${Math.min(100, share ?? 0)}%` }} />
        </div>
        <div className={classes["muted"]}>
          {burnWords(budget)}
          {budget.priced_share !== null && budget.priced_share < 100 && (
            <>
              ; {format(budget.priced_share, "percent")} of its calls are <a href="#unpriced">priced</a>
            </>
          )}
        </div>
      </div>
      {mayEdit && (
        <div className={classes["buttons"]}>
          <Button size="compact-xs" variant="default" onClick={onEdit} aria-label={`Edit: budget “${name}”`}>
            Edit
          </Button>
          <ConfirmButton
            label="Delete"
            does={`Delete budget “${name}”`}
            consequence="Its amount and its progress are no longer shown. The calls and their costs stay."
            pending={remove.isPending}
            error={remove.error}
            onConfirm={(done) =>
              remove.mutate(
                { path: `budgets/${budget.id}`, method: "DELETE" },
                {
                  onSuccess: () => {
                    done();
                    notifications.show({ message: `Budget “${name}” deleted` });
                  },
                },
              )
            }
          />
        </div>
      )}
    </li>
  );
}
