import { Button, Checkbox } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { Rule, Silence } from "../../../api/alerts";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { withParams } from "../../../state/withParams";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import classes from "../Alerts.module.css";
import { useDimensionLabels } from "../useDimensionLabels";
import { SilenceDialog } from "./SilenceDialog";
import { SilenceRow } from "./SilenceRow";
import { emptySilence, type SilenceValues } from "./values";

/** What is kept quiet, now and later. */
export function SilencesTab() {
  const [params, setParams] = useSearchParams();
  const { role } = useProject();
  const over = params.get("over") === "1";
  const silences = useWatchRead<Silence[]>("/silences", over ? { over } : {});
  const { data: rules = [] } = useWatchRead<Rule[]>("/rules");
  const labels = useDimensionLabels();
  const [making, setMaking] = useState<SilenceValues | null>(null);
  const mayEdit = role !== "viewer";
  const names = new Map(rules.map(({ id, name }) => [id, name]));
  return (
    <>
      <div className={classes["bar"]}>
        {mayEdit && (
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={15} aria-hidden />}
              onClick={() => setMaking(emptySilence())}
            >
              Silence alerts
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={15} aria-hidden />}
              onClick={() => setMaking(emptySilence({ kind: "maintenance" }))}
            >
              Plan maintenance
            </Button>
          </>
        )}
        <Checkbox
          size="xs"
          label="Also those that are over"
          checked={over}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            setParams((current) => withParams(current, { over: checked ? "1" : null }));
          }}
        />
      </div>
      <Panel title="Silences and maintenance windows">
        <RowsState
          what="The silences"
          rows={silences.data}
          error={silences.error}
          onRetry={() => void silences.refetch()}
          empty={
            <Empty title="Nothing is kept quiet">
              A silence keeps alerts without telling anybody, for a while. A maintenance window is planned, may repeat
              every week, and is left out of SLAs.
            </Empty>
          }
        >
          <Table label="Silences" cards>
            <thead>
              <tr>
                <th scope="col">Alerts of</th>
                <th scope="col">State</th>
                <th scope="col">When</th>
                <th scope="col">Reason</th>
                {mayEdit && <th scope="col" aria-label="Actions" />}
              </tr>
            </thead>
            <tbody>
              {silences.data?.map((silence) => (
                <SilenceRow key={silence.id} silence={silence} names={names} labels={labels} mayEdit={mayEdit} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
      {making !== null && <SilenceDialog begin={making} onClose={() => setMaking(null)} />}
    </>
  );
}
