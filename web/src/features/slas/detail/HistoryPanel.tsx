import { Skeleton } from "@mantine/core";
import type { SlaHistory } from "../../../api/slas";
import { useWatchRead } from "../../../api/useWatchRead";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import classes from "../Slas.module.css";
import { DayStrip } from "./DayStrip";
import { HistoryTable } from "./HistoryTable";
import { MonthTable } from "./MonthTable";

interface Props {
  id: string;
  name: string;
}

/** How it was kept: the last 30 days, and month by month. */
export function HistoryPanel({ id, name }: Props) {
  const history = useWatchRead<SlaHistory>(`/slas/${id}/history`);
  if (history.data === undefined) {
    return (
      <Panel title="Last 30 days">
        {history.error === null ? (
          <Skeleton height={120} m="sm" w="auto" />
        ) : (
          <Failure
            what="The history could not be loaded"
            error={history.error}
            onRetry={() => void history.refetch()}
          />
        )}
      </Panel>
    );
  }
  const { days, periods, counted } = history.data;
  return (
    <div className={classes["twoColumns"]}>
      <Panel title="Last 30 days" note="days of the project's time zone">
        <DayStrip name={name} days={days} />
        <HistoryTable days={days} counted={counted} />
      </Panel>
      <Panel title="Months">
        <MonthTable periods={periods} counted={counted} />
      </Panel>
    </div>
  );
}
