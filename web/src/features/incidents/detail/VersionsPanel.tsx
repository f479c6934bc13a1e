import { useState } from "react";
import type { DossierChart, DossierVersions } from "../../../api/incidents";
import { format } from "../../../format/number";
import { promptName } from "../../../ui/promptName";
import { Table } from "../../../ui/Table";
import cells from "../../../ui/cells.module.css";
import classes from "../Incidents.module.css";
import { More } from "./More";
import { Part } from "./Part";

const FIRST = 5;

interface Props {
  versions: DossierVersions;
  /** That the incident is about. */
  metric: DossierChart;
}

/** Each version before and after the start. */
export function VersionsPanel({ versions, metric }: Props) {
  const [all, setAll] = useState(false);
  if (versions.error == null && versions.lines.length === 0) return null;
  const shown = all ? versions.lines : versions.lines.slice(0, FIRST);
  // calls have a column of their own; a formula is named as above the chart
  const metrics = versions.metrics
    .filter(({ key }) => key !== "total_requests")
    .map((one) => (one.key === metric.metric ? { key: one.key, label: metric.label, unit: metric.unit } : one));
  return (
    <Part title="Versions before and after" note="small: before the start" error={versions.error}>
      <Table label="Versions before and after" cards className={classes["tight"]}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col" className={cells["number"]}>
              Calls
            </th>
            {metrics.map(({ key, label }) => (
              <th key={key} scope="col" className={cells["number"]}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((line) => (
            <tr key={`${line.prompt_id ?? ""} ${line.version ?? ""}`}>
              <td className={cells["main"]}>
                {promptName(line.prompt_id)} {line.version === null ? "" : `v${line.version}`}
              </td>
              <td data-label="Calls" className={cells["number"]}>
                {format(line.calls_after, "count")}
                <div className={cells["under"]}>{format(line.calls_before, "count")}</div>
              </td>
              {metrics.map(({ key, label, unit }) => (
                <td key={key} data-label={label} className={cells["number"]}>
                  {format(line.after[key], unit)}
                  <div className={cells["under"]}>{format(line.before[key], unit)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
      <More what="versions" shown={shown.length} total={versions.lines.length} onAll={() => setAll(true)} />
    </Part>
  );
}
