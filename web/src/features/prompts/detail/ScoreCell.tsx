import type { VersionScores } from "../../../api/types";
import { format, formatExact, NO_DATA } from "../../../format/number";
import classes from "./Detail.module.css";

/** A version's average of one score: a mean, or how often it was true; of texts, how many there are. */
export function ScoreCell({ score }: { score: VersionScores | undefined }) {
  if (score === undefined) return <td>{NO_DATA}</td>;
  const count = `${formatExact(score.count, "count")} ${score.count === 1 ? "value" : "values"}`;
  const rate = score.bool_rate;
  const told = rate !== null ? `${formatExact(rate, "percent")} true` : formatExact(score.mean, "score");
  return (
    <td title={score.mean === null && rate === null ? `${count}; texts have no average` : `${told}, ${count}`}>
      {rate !== null ? format(rate, "percent") : score.mean !== null ? format(score.mean, "score") : NO_DATA}{" "}
      <span className={classes["muted"]}>({format(score.count, "count")})</span>
    </td>
  );
}
