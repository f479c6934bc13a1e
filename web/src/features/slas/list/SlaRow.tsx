import { Link, useNavigate } from "react-router";
import type { Sla } from "../../../api/slas";
import { format, NO_DATA } from "../../../format/number";
import { filterText } from "../../../ui/filter/fieldChoices";
import { useHref } from "../../../state/useHref";
import { useDimensionLabels } from "../../alerts/useDimensionLabels";
import { BudgetBar } from "../BudgetBar";
import cells from "../../../ui/cells.module.css";
import classes from "../Slas.module.css";
import { SlaStatus } from "../SlaStatus";
import { goneText, objectiveText, PERIODS, riskText } from "../words";

export function SlaRow({ sla }: { sla: Sla }) {
  const href = useHref();
  const navigate = useNavigate();
  const to = href(`/slas/${sla.id}`);
  const labels = useDimensionLabels();
  const { state } = sla;
  return (
    <tr className={cells["row"]} onClick={() => void navigate(to)}>
      <td className={cells["main"]}>
        <Link to={to} className={cells["link"] ?? ""} onClick={(event) => event.stopPropagation()}>
          {sla.name}
        </Link>
        <div className={cells["under"]}>
          {objectiveText(sla)}, {PERIODS[sla.period].toLowerCase()}
        </div>
        {sla.where.length > 0 && (
          <div className={cells["under"]}>
            {sla.where.map((one) => `${labels.get(one.dimension) ?? one.dimension} ${filterText(one)}`).join("; ")}
          </div>
        )}
      </td>
      <td data-label="Status">
        <SlaStatus state={state} />
        {state !== null && <div className={cells["under"]}>{riskText(state)}</div>}
        {state?.frozen_since != null && <div className={cells["under"]}>frozen: no calls</div>}
        {sla.firing.length > 0 && <div className={cells["under"]}>alert open</div>}
      </td>
      <td data-label="So far">{state === null ? NO_DATA : format(state.compliance, "percent")}</td>
      <td data-label="Error budget" className={classes["budget"]}>
        {state === null ? (
          NO_DATA
        ) : (
          <>
            <BudgetBar name={sla.name} state={state} />
            <div className={cells["under"]}>{state.said}</div>
          </>
        )}
      </td>
      <td data-label="Burn rate">
        {state?.burn_rate == null ? NO_DATA : `${format(state.burn_rate, "number")}\u00a0×`}
        {state?.burn_rate != null && state.gone_in_s === null && (
          <div className={cells["under"]}>{goneText(state)}</div>
        )}
      </td>
    </tr>
  );
}
