import { useState } from "react";
import { Link } from "react-router";
import type { Dossier } from "../../../api/incidents";
import { format } from "../../../format/number";
import { useHref } from "../../../state/useHref";
import { Table } from "../../../ui/Table";
import cells from "../../../ui/cells.module.css";
import { More } from "./More";
import { Part } from "./Part";

const FIRST = 5;

/** How calls failed meanwhile; what is new stands out. */
export function ErrorsPanel({ errors }: { errors: Dossier["errors"] }) {
  const href = useHref();
  const [all, setAll] = useState(false);
  const shown = all ? errors.groups : errors.groups.slice(0, FIRST);
  if (errors.error == null && errors.groups.length === 0) return null;
  return (
    <Part title="Errors meanwhile" note={`${format(errors.failed, "count")} failed calls`} error={errors.error}>
      <Table label="Errors meanwhile" roomy>
        <thead>
          <tr>
            <th scope="col">Error</th>
            <th scope="col" className={cells["number"]}>
              Calls
            </th>
            <th scope="col" className={cells["number"]}>
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((group) => (
            <tr key={group.pattern}>
              <td className={cells["main"]}>
                <Link to={href(`/calls/${encodeURIComponent(group.call_id)}`)}>
                  {group.message ?? group.error_type.replaceAll("_", " ")}
                </Link>
                <div className={cells["under"]}>
                  {group.error_type.replaceAll("_", " ")}
                  {group.new && ", not seen before"}
                </div>
              </td>
              <td className={cells["number"]}>{format(group.calls, "count")}</td>
              <td className={cells["number"]}>{format(group.share, "percent")}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <More what="errors" shown={shown.length} total={errors.groups.length} onAll={() => setAll(true)} />
    </Part>
  );
}
