import { useState } from "react";
import { Link } from "react-router";
import type { Dossier } from "../../../api/incidents";
import { minutesText } from "../../../format/duration";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { promptPath } from "../../../ui/promptPath";
import { Table } from "../../../ui/Table";
import cells from "../../../ui/cells.module.css";
import classes from "../Incidents.module.css";
import { More } from "./More";
import { Part } from "./Part";

const KIND = {
  deployment: "Deployment",
  rollback: "Rollback",
  price: "Price",
  experiment: "Experiment",
  provider: "Provider",
  other: "Other",
} as const;

/** The nearest are the likeliest. */
const FIRST = 6;

type Line = Dossier["changes"]["items"][number];

/** What was changed around the start, the nearest first. */
export function ChangesPanel({ changes }: { changes: Dossier["changes"] }) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const [all, setAll] = useState(false);
  const shown = all ? changes.items : changes.items.slice(0, FIRST);
  const linkOf = (line: Line) => {
    if (line.prompt != null) return href(promptPath(line.prompt));
    return line.experiment_id == null ? null : href(`/experiments/${line.experiment_id}`);
  };
  return (
    <Part title="Changes around the start" error={changes.error}>
      {changes.items.length === 0 ? (
        <p className={classes["text"]}>
          No deployment, price, experiment or provider change was found around the start.
        </p>
      ) : (
        <>
          <Table label="Changes around the start" cards>
            <thead>
              <tr>
                <th scope="col">Change</th>
                <th scope="col">When</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((line) => {
                const to = linkOf(line);
                return (
                  <tr key={`${line.at} ${line.text}`}>
                    <td className={cells["main"]}>
                      {to === null ? line.text : <Link to={to}>{line.text}</Link>}
                      <div className={cells["under"]}>{KIND[line.kind]}</div>
                    </td>
                    <td data-label="When">
                      <span className={cells["few"]}>{formatTime(line.at, "dateMinute", zone)}</span>
                      <div className={cells["under"]}>
                        {minutesText(Math.max(1, Math.abs(Math.round(line.minutes_before))))}{" "}
                        {line.minutes_before >= 0 ? "before" : "after"}
                      </div>
                    </td>
                    <td data-label="By">{line.by}</td>
                  </tr>
                );
              })}
            </tbody>
          </Table>
          <More what="changes" shown={shown.length} total={changes.items.length} onAll={() => setAll(true)} />
        </>
      )}
    </Part>
  );
}
