import type { Dossier, DossierChart } from "../../../api/incidents";
import { CauseTable } from "../../../ui/CauseTable";
import classes from "../Incidents.module.css";
import { Part } from "./Part";

interface Props {
  causes: Dossier["causes"];
  /** Of which the values are. */
  metric: DossierChart;
}

/** Which calls carry the change: the most likely cause with its evidence, and the others. */
export function CausePanel({ causes, metric }: Props) {
  const { most_likely: likely, others, note } = causes;
  return (
    <Part title="Most likely cause" error={causes.error}>
      {likely == null ? (
        <p className={classes["text"]}>{note === "" ? "No single cause stands out." : note}</p>
      ) : (
        <>
          <p className={classes["text"]}>
            <strong>{likely.text}</strong>
          </p>
          {likely.evidence.length > 0 && (
            <ul className={classes["evidence"]}>
              {likely.evidence.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
          {note !== "" && <p className={classes["note"]}>{note}</p>}
        </>
      )}
      {others.length > 0 && <CauseTable causes={others} unit={metric.unit} />}
    </Part>
  );
}
