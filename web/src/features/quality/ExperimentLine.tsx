import { Link } from "react-router";
import type { Experiment, Results } from "../../api/experiments";
import { useHref } from "../../state/useHref";
import { useFound } from "../experiments/detail/useFound";
import { StatusMark } from "../experiments/StatusMark";
import classes from "./Quality.module.css";

/** An experiment with its verdict of now, or its conclusion. */
export function ExperimentLine({ experiment }: { experiment: Experiment }) {
  const href = useHref();
  const { id, title, status, conclusion, variants } = experiment;
  const results = useFound<Results>({ id, part: "results", enabled: conclusion === null });
  const winner = variants.find((variant) => variant.id === conclusion?.winner);
  const said =
    conclusion !== null
      ? winner === undefined
        ? "Concluded without a winner"
        : `${winner.name} won`
      : (results.data?.verdict.title ?? (results.error === null ? "…" : "The result could not be loaded"));
  return (
    <li>
      <div className={classes["line"]}>
        <Link to={href(`/experiments/${id}`)}>
          <strong>{title}</strong>
        </Link>
        <span className={classes["when"]}>
          <StatusMark status={status} />
        </span>
      </div>
      <div className={classes["muted"]}>{said}</div>
    </li>
  );
}
