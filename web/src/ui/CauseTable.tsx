import { Link } from "react-router";
import type { Cause } from "../api/incidents";
import { format, type Unit } from "../format/number";
import cells from "./cells.module.css";
import { Table } from "./Table";

const COLUMNS: readonly (readonly [string, (cause: Cause, unit: Unit) => string])[] = [
  // what the others take back again is not theirs
  ["Carries", ({ share }) => format(share === null ? null : Math.min(100, share), "percent")],
  ["Before", ({ before }, unit) => format(before, unit)],
  ["Since", ({ after }, unit) => format(after, unit)],
  ["Without it", ({ without }, unit) => format(without, unit)],
  ["Calls", ({ calls }) => format(calls, "count")],
];

interface Props {
  causes: readonly Cause[];
  /** Of the metric that changed. */
  unit: Unit;
  /** Address of the calls of a cause. */
  callsHref?: (cause: Cause) => string;
}

/** Calls that might carry a change, and how much of it. */
export function CauseTable({ causes, unit, callsHref }: Props) {
  return (
    <Table label="Also looked at" cards>
      <thead>
        <tr>
          <th scope="col">Also looked at</th>
          {COLUMNS.map(([name]) => (
            <th key={name} scope="col" className={cells["number"]}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {causes.map((one) => (
          <tr key={`${one.dimension} ${String(one.value)} ${one.prompt_id ?? ""}`}>
            <td className={cells["main"]}>
              {callsHref === undefined ? (
                nameOf(one)
              ) : (
                <Link to={callsHref(one)} className={cells["link"] ?? ""}>
                  {nameOf(one)}
                </Link>
              )}
            </td>
            {COLUMNS.map(([name, told]) => (
              <td key={name} data-label={name} className={cells["number"]}>
                {told(one, unit)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** "model gpt-5 of support-reply" */
function nameOf({ dimension, value, prompt_id: prompt }: Cause): string {
  const what = dimension
    .replace(/^properties\./, "")
    .replace(/_id$/, "")
    .replaceAll("_", " ");
  const of = prompt === null || prompt === value ? "" : ` of ${prompt}`;
  return `${what} ${value ?? "not given"}${of}`;
}
