import { Link } from "react-router";
import type { Diagnosis } from "../../api/diagnosis";
import type { Filter } from "../../api/types";
import { format, type Unit } from "../../format/number";
import { useHref } from "../../state/useHref";
import { Panel } from "../../ui/Panel";
import { Table } from "../../ui/Table";
import { causeName } from "../../ui/causeName";
import cells from "../../ui/cells.module.css";
import { callsParams } from "../dashboards/callsParams";
import classes from "./Diagnosis.module.css";

type Cause = Diagnosis["others"][number];

/** Which calls carry the change, the most likely ones with their evidence; each leads to its calls. */
export function CarriersPanel({ diagnosis: { most_likely: likely, others, note, figures } }: { diagnosis: Diagnosis }) {
  const href = useHref();
  const unit = (figures[0]?.unit ?? "number") as Unit;
  const calls = (cause: Cause) => href("/calls", callsParams(whereOf(cause)));
  return (
    <Panel title="Which calls carry the change">
      {likely == null ? (
        <p className={classes["answer"]}>{note === "" ? "No calls stand out." : note}</p>
      ) : (
        <>
          <p className={classes["answer"]}>
            <strong>{likely.text}</strong> <Link to={calls(likely)}>See its calls</Link>
          </p>
          <ul className={classes["evidence"]}>
            {[...likely.evidence, note].filter(Boolean).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && (
        <Table label="Also looked at" cards>
          <thead>
            <tr>
              <th scope="col">Also looked at</th>
              <th scope="col" className={cells["number"]}>
                Carries
              </th>
              <th scope="col" className={cells["number"]}>
                Before
              </th>
              <th scope="col" className={cells["number"]}>
                Since
              </th>
              <th scope="col" className={cells["number"]}>
                Calls
              </th>
            </tr>
          </thead>
          <tbody>
            {others.map((one) => (
              <tr key={`${one.dimension} ${String(one.value)} ${one.prompt_id ?? ""}`}>
                <td className={cells["main"]}>
                  <Link to={calls(one)} className={cells["link"] ?? ""}>
                    {causeName(one)}
                  </Link>
                </td>
                <td data-label="Carries" className={cells["number"]}>
                  {format(one.share, "percent")}
                </td>
                <td data-label="Before" className={cells["number"]}>
                  {format(one.before, unit)}
                </td>
                <td data-label="Since" className={cells["number"]}>
                  {format(one.after, unit)}
                </td>
                <td data-label="Calls" className={cells["number"]}>
                  {format(one.calls, "count")}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

function whereOf({ dimension, value, prompt_id: prompt }: Cause): Filter[] {
  const own: Filter = { dimension, op: "in", values: [value] };
  return prompt === null || dimension === "prompt_id"
    ? [own]
    : [own, { dimension: "prompt_id", op: "in", values: [prompt] }];
}
