import { formatExact } from "../../format/number";
import { countOf } from "../marks";
import { SHADES } from "../palette";
import { useScheme } from "../useScheme";
import classes from "./HeatmapLegend.module.css";
import type { Heatmap } from "./prepareHeatmap";

/** What the shades mean. */
export function HeatmapLegend({ heat }: { heat: Heatmap }) {
  const shades = SHADES[useScheme()];
  return (
    <div className={classes["legend"]}>
      <span>1</span>
      <span
        className={classes["scale"]}
        style={{ background: `linear-gradient(to right, ${shades.join(", ")})` }}
        aria-hidden
      />
      <span>{formatExact(heat.most, "count")} calls</span>
      {heat.marks.length > 0 && <span>{countOf(heat.marks.flatMap(({ happenings }) => happenings))}</span>}
      {heat.unknown > 0 && <span>{formatExact(heat.unknown, "count")} calls do not say it</span>}
    </div>
  );
}
