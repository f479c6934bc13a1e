import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Sla } from "../../../api/slas";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { filterText } from "../../../ui/filter/fieldChoices";
import { Panel } from "../../../ui/Panel";
import { whereParam } from "../../../state/whereParam";
import { useDimensionLabels } from "../../alerts/useDimensionLabels";
import classes from "../Slas.module.css";
import { SlaStatus } from "../SlaStatus";
import { objectiveText, OBJECTIVES, PERIODS } from "../words";
import { BudgetPanel } from "./BudgetPanel";
import { BurnTable } from "./BurnTable";
import { DeleteSla } from "./DeleteSla";
import { HistoryPanel } from "./HistoryPanel";
import { PageHead } from "../../../ui/PageHead";
import { Mark } from "../../../ui/Mark";
import { IconAlertTriangle } from "@tabler/icons-react";

export function SlaView({ sla }: { sla: Sla }) {
  const href = useHref();
  const { role } = useProject();
  const labels = useDimensionLabels();
  const { state } = sla;
  const calls = href("/calls", sla.where.length === 0 ? {} : { where: whereParam(sla.where) });
  return (
    <>
      <PageHead
        title={sla.name}
        lead={
          <>
            <SlaStatus state={state} />
            <span>
              {objectiveText(sla)}, {PERIODS[sla.period].toLowerCase()}.{" "}
              <Link to={calls}>
                {sla.where.length === 0
                  ? "All calls"
                  : sla.where
                      .map((one) => `${labels.get(one.dimension) ?? one.dimension} ${filterText(one)}`)
                      .join("; ")}
              </Link>
              . {OBJECTIVES[sla.objective.kind].hint}
            </span>
            {sla.description !== "" && <span>{sla.description}</span>}
          </>
        }
        actions={
          role !== "viewer" && (
            <>
              <Button component={Link} to={href(`/slas/${sla.id}/edit`)} size="xs" variant="default">
                Edit
              </Button>
              <DeleteSla sla={sla} />
            </>
          )
        }
      />
      {sla.error !== null && (
        <div role="alert">
          <Mark tone="critical" icon={IconAlertTriangle}>
            The last evaluation failed: {sla.error}
          </Mark>
        </div>
      )}
      {state !== null && <BudgetPanel sla={sla} state={state} />}
      {state !== null && (
        <Panel
          title="Burn rate"
          note={sla.alerts ? "alerts while the budget burns faster than this in both windows" : "alerts are off"}
        >
          <BurnTable windows={state.windows} />
        </Panel>
      )}
      <HistoryPanel id={sla.id} name={sla.name} />
      {sla.runbook !== "" && (
        <Panel title="Runbook">
          <p className={classes["text"]}>{sla.runbook}</p>
        </Panel>
      )}
    </>
  );
}
