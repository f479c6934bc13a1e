import type { MetricResult } from "../../../api/experiments";
import { format } from "../../../format/number";
import { ROLE_WORD } from "../words";
import classes from "./Results.module.css";

/** The metric that the rows below are about. */
export function MetricHead({ metric }: { metric: MetricResult }) {
  const { label, role, better, min_effect: effect, max_harm: harm } = metric;
  const facts = [
    better === "up" ? "more is better" : "less is better",
    ...(effect === null ? [] : [`worth having from ${format(effect, "percent")}`]),
    ...(role !== "guardrail"
      ? []
      : [harm === null ? "must not get worse" : `may get ${format(harm, "percent")} worse`]),
  ];
  return (
    <tr className={classes["metric"]}>
      <th colSpan={7} scope="rowgroup">
        <span className={classes["label"]}>{label}</span>
        <span className={classes["role"]} data-role={role}>
          {ROLE_WORD[role]}
        </span>
        <span className={classes["facts"]}>{facts.join(", ")}</span>
      </th>
    </tr>
  );
}
