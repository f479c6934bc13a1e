import type { DossierVersions } from "../../../api/incidents";
import { format } from "../../../format/number";
import { promptName } from "../../../ui/promptName";
import { Table } from "../../../ui/Table";
import classes from "../Incidents.module.css";
import { Part } from "./Part";

/** Each version before and after the start. */
export function VersionsPanel({ versions }: { versions: DossierVersions }) {
  if (versions.error == null && versions.lines.length === 0) return null;
  // calls have a column of their own
  const metrics = versions.metrics.filter(({ key }) => key !== "total_requests");
  return (
    <Part title="Versions before and after" note="small: before the start" error={versions.error}>
      <Table label="Versions before and after" className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col" className={classes["number"]}>
              Calls
            </th>
            {metrics.map(({ key, label }) => (
              <th key={key} scope="col" className={classes["number"]}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {versions.lines.map((line) => (
            <tr key={`${line.prompt_id ?? ""} ${line.version ?? ""}`}>
              <td className={classes["few"]}>
                {promptName(line.prompt_id)} {line.version === null ? "" : `v${line.version}`}
              </td>
              <td className={classes["number"]}>
                {format(line.calls_after, "count")}
                <div className={classes["under"]}>{format(line.calls_before, "count")}</div>
              </td>
              {metrics.map(({ key, unit }) => (
                <td key={key} className={classes["number"]}>
                  {format(line.after[key], unit)}
                  <div className={classes["under"]}>{format(line.before[key], unit)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </Part>
  );
}
