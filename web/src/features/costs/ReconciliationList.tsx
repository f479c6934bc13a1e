import { Button, VisuallyHidden } from "@mantine/core";
import type { Reconciliation } from "../../api/costs";
import { format } from "../../format/number";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { Table } from "../../ui/Table";
import classes from "./Costs.module.css";
import { dayRange } from "./dayRange";
import type { Reconciliations } from "./useReconciliations";

interface Props {
  rows: readonly Reconciliation[];
  open: string | null;
  onOpen: (id: string | null) => void;
  remove: Reconciliations["remove"];
  mayDelete: boolean;
}

/** Bills that were compared, the newest first. */
export function ReconciliationList({ rows, open, onOpen, remove, mayDelete }: Props) {
  const { time_zone: zone } = useProject();
  return (
    <Table label="Bills that were compared" className={classes["table"]}>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Days (UTC)</th>
          <th scope="col" className={classes["number"]}>
            Billed
          </th>
          <th scope="col" className={classes["number"]}>
            Counted
          </th>
          <th scope="col" className={classes["number"]}>
            Gap
          </th>
          <th scope="col">Compared</th>
          <th scope="col">
            <VisuallyHidden>Open or delete</VisuallyHidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={one.id} className={one.id === open ? (classes["selected"] ?? "") : ""}>
            <th scope="row" className={classes["name"]} title={one.name}>
              {one.name}
              <div className={classes["muted"]}>{one.provider ?? "every provider"}</div>
            </th>
            <td>{dayRange(one.start, one.end)}</td>
            <td className={classes["number"]}>{format(one.billed_usd, "usd")}</td>
            <td className={classes["number"]}>{format(one.counted_usd, "usd")}</td>
            <td className={classes["number"]}>
              {format(one.gap_usd, "usd")}
              <div className={classes["muted"]}>{format(one.gap_percent, "percent")}</div>
            </td>
            <td>
              {formatTime(one.created_at, "date", zone)}
              <div className={classes["muted"]}>{one.created_by}</div>
            </td>
            <td>
              <div className={classes["buttons"]}>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-expanded={one.id === open}
                  onClick={() => onOpen(one.id === open ? null : one.id)}
                  aria-label={`${one.id === open ? "Close" : "Open"}: ${one.name}`}
                >
                  {one.id === open ? "Close" : "Open"}
                </Button>
                {mayDelete && (
                  <ConfirmButton
                    label="Delete"
                    does={`Delete the comparison with “${one.name}”`}
                    consequence="What it found is gone. The file can be compared again."
                    pending={remove.isPending}
                    error={remove.error}
                    onConfirm={(done) =>
                      remove.mutate(one.id, {
                        onSuccess: () => {
                          if (one.id === open) onOpen(null);
                          done();
                        },
                      })
                    }
                  />
                )}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
