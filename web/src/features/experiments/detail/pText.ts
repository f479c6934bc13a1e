import type { Versus } from "../../../api/experiments";
import { format } from "../../../format/number";

/**
 * How sure a comparison is, beside its word: "p = 0.012"; with what CUPED took away. An interval that leaves out 0 beside
 * "Not clear yet" is explained: it is about this metric alone, the p-value is corrected for all that are looked at.
 */
export function pText({ p_adjusted, p_value, variance_reduced, significant, lift_low, lift_high }: Versus): string {
  const p = p_adjusted ?? p_value;
  const alone = !significant && lift_low !== null && lift_high !== null && lift_low * lift_high > 0;
  const corrected = alone && p_adjusted !== null && p_adjusted !== p_value ? ", corrected" : "";
  const said = p === null ? [] : [p < 0.001 ? "p < 0.001" : `p = ${format(p, "score")}${corrected}`];
  const reduced = variance_reduced !== null && variance_reduced >= 1;
  return [...said, ...(reduced ? [`CUPED −${format(variance_reduced, "percent")} variance`] : [])].join(", ");
}
