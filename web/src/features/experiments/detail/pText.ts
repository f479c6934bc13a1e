import type { Versus } from "../../../api/experiments";
import { format } from "../../../format/number";

/** How sure a comparison is, beside its word: "p 0.012, corrected"; with what CUPED took away. */
export function pText({ p_adjusted, p_value, variance_reduced }: Versus): string {
  const p = p_adjusted ?? p_value;
  const said = p === null ? [] : [p < 0.001 ? "p < 0.001" : `p ${format(p, "score")}`];
  const reduced = variance_reduced !== null && variance_reduced >= 1;
  return [...said, ...(reduced ? [`CUPED −${format(variance_reduced, "percent")} variance`] : [])].join(", ");
}
