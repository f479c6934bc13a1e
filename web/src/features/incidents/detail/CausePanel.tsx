import type { Dossier, DossierChart } from "../../../api/incidents";
import { format } from "../../../format/number";
import { Table } from "../../../ui/Table";
import { causeName } from "../../../ui/causeName";
import cells from "../../../ui/cells.module.css";
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
      {others.length > 0 && (
        <Table label="What carries the change" cards>
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
                After
              </th>
              <th scope="col" className={cells["number"]}>
                Without it
              </th>
            </tr>
          </thead>
          <tbody>
            {others.map((one) => (
              <tr key={`${one.dimension} ${String(one.value)} ${one.prompt_id ?? ""}`}>
                <td className={cells["main"]}>{causeName(one)}</td>
                <td data-label="Carries" className={cells["number"]}>{format(one.share, "percent")}</td>
                <td data-label="Before" className={cells["number"]}>{format(one.before, metric.unit)}</td>
                <td data-label="After" className={cells["number"]}>{format(one.after, metric.unit)}</td>
                <td data-label="Without it" className={cells["number"]}>{format(one.without, metric.unit)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Part>
  );
}
