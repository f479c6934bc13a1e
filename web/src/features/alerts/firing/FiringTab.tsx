import { Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { Alert } from "../../../api/alerts";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { AlertTable } from "../AlertTable";
import { SilenceDialog } from "../silences/SilenceDialog";
import { silenceOf } from "../silences/values";

interface Props {
  firing: UseQueryResult<{ rows: Alert[]; total: number }>;
}

/** What is wrong now. */
export function FiringTab({ firing }: Props) {
  const href = useHref();
  const { role } = useProject();
  const [silencing, setSilencing] = useState<Alert | null>(null);
  const { data } = firing;
  return (
    <Panel title={data === undefined ? "Firing now" : titleOf(data.rows.length, data.total)} note="kept up to date">
      <RowsState
        what="The alerts"
        rows={data?.rows}
        error={firing.error}
        onRetry={() => void firing.refetch()}
        empty={
          <Empty title="Nothing fires now">
            Every rule that is on is within its bounds.
            <div>
              <Button component={Link} to={href("/alerts", { tab: "rules" })} variant="default" size="xs" mt="sm">
                See the rules
              </Button>
            </div>
          </Empty>
        }
      >
        {data !== undefined && (
          <AlertTable
            label="Alerts that fire now"
            alerts={data.rows}
            now={firing.dataUpdatedAt}
            onSilence={role === "viewer" ? null : setSilencing}
          />
        )}
      </RowsState>
      {silencing !== null && <SilenceDialog begin={silenceOf(silencing)} onClose={() => setSilencing(null)} />}
    </Panel>
  );
}

function titleOf(shown: number, total: number): string {
  if (shown < total) return `${shown} newest of ${total} alerts that fire now`;
  return total === 1 ? "1 alert fires now" : `${total} alerts fire now`;
}
