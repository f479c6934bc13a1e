import { Link } from "react-router";
import type { Diagnosis } from "../../api/diagnosis";
import type { Cause } from "../../api/incidents";
import type { Filter } from "../../api/types";
import type { Unit } from "../../format/number";
import { useHref } from "../../state/useHref";
import { CauseTable } from "../../ui/CauseTable";
import { Panel } from "../../ui/Panel";
import { callsParams } from "../dashboards/callsParams";
import classes from "./Diagnosis.module.css";

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
      {others.length > 0 && <CauseTable causes={others} unit={unit} callsHref={calls} />}
    </Panel>
  );
}

function whereOf({ dimension, value, prompt_id: prompt }: Cause): Filter[] {
  const own: Filter = { dimension, op: "in", values: [value] };
  return prompt === null || dimension === "prompt_id"
    ? [own]
    : [own, { dimension: "prompt_id", op: "in", values: [prompt] }];
}
