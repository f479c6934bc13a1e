import { format, type Unit } from "../../format/number";
import classes from "./Quality.module.css";
import type { Variation } from "./shapes";

/** How much a number varies, with its mean and where most of it lies. */
export function VariationCell({ variation, unit }: { variation: Variation | null; unit: Unit }) {
  if (variation === null || variation.count === 0) return <td>–</td>;
  const { mean, deviation, relative, p10, p50, p90 } = variation;
  return (
    <td
      title={`mean ${format(mean, unit)}, standard deviation ${format(deviation, unit)}, median ${format(p50, unit)}`}
    >
      {format(relative, "percent")}
      <span className={classes["interval"]}>
        {format(p10, unit)} to {format(p90, unit)}
      </span>
    </td>
  );
}
