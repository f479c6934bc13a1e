import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { traffic } from "../../api/keys";
import type { ScoreSubmission } from "../../api/types";
import { formatExact } from "../../format/number";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import classes from "./CallDetail.module.css";

type Value = ScoreSubmission["scores"][number]["value"];

/** The scores that were given to a call; nothing while there are none. */
export function CallScores({ callId }: { callId: string }) {
  const api = useApi();
  const { id, time_zone: zone } = useProject();
  const { data, error } = useQuery({
    queryKey: [...traffic(id), "scores", callId],
    queryFn: async ({ signal }) =>
      (await api<ScoreSubmission[]>("/scores", { params: { project: id, call_id: callId }, signal })).data,
  });
  if (error !== null) {
    return (
      <section>
        <h3>Scores</h3>
        <p className={classes["line"]} role="alert">
          They could not be loaded: {error.message}
        </p>
      </section>
    );
  }
  const rows = (data ?? []).flatMap((one) => one.scores.map((score) => ({ ...one, score })));
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>Scores ({rows.length})</h3>
      <table className={classes["related"]}>
        <tbody>
          {rows.map(({ id: submission, score, source, comment, created_at: at }) => (
            <tr key={`${submission} ${score.name}`}>
              <td>{score.name}</td>
              <td className={classes["value"]}>{valueText(score.value)}</td>
              <td className={classes["comment"]}>{comment}</td>
              <td className={classes["quiet"]}>{source}</td>
              <td className={classes["quiet"]}>{formatTime(at, "dateMinute", zone)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function valueText(value: Value): string {
  if (typeof value === "boolean") return value ? "true" : "false";
  return typeof value === "number" ? formatExact(value, "score") : value;
}
