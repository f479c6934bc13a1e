import type { Alert } from "../../api/alerts";
import { Table } from "../../ui/Table";
import { AlertLine } from "./AlertLine";

interface Props {
  label: string;
  alerts: readonly Alert[];
  /** Epoch milliseconds at which they were asked. */
  now: number;
  /** null: nobody may, or they are over. */
  onSilence?: ((alert: Alert) => void) | null;
  stale?: boolean;
  /** They stand on the page of their incident. */
  ofIncident?: boolean;
}

/** Alerts that fire or did: whose, how bad, since when, and where more is told. */
export function AlertTable({ label, alerts, now, onSilence = null, stale = false, ofIncident = false }: Props) {
  return (
    <Table label={label} busy={stale} cards>
      <thead>
        <tr>
          <th scope="col">Alert</th>
          <th scope="col">Severity</th>
          <th scope="col">Value</th>
          <th scope="col">Fired</th>
          <th scope="col">Told</th>
          {onSilence !== null && <th scope="col" aria-label="Actions" />}
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <AlertLine key={alert.id} alert={alert} now={now} onSilence={onSilence} ofIncident={ofIncident} />
        ))}
      </tbody>
    </Table>
  );
}
