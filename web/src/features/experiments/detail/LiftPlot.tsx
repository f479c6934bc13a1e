import type { Versus } from "../../../api/experiments";
import { formatChange } from "../../../format/number";
import classes from "./LiftPlot.module.css";
import { plotOf } from "./lifts";

interface Props {
  versus: Versus | null;
  /** The smallest effect worth having, percent of control. */
  minEffect: number | null;
  /** The scale reaches from -`end` to `end`. */
  end: number;
}

/** The interval of a lift on the page's scale: zero, what is too small to matter, and where the truth may lie. */
export function LiftPlot({ versus, minEffect, end }: Props) {
  const plot = plotOf(versus, minEffect, end);
  if (versus === null || plot === null) return <div className={classes["plot"]} />;
  const label = `${formatChange(versus.lift)}, between ${formatChange(versus.lift_low)} and ${formatChange(versus.lift_high)}`;
  return (
    <div className={classes["plot"]} role="img" aria-label={`Lift ${label}`} title={label}>
      {plot.band !== null && (
        <span
          className={classes["band"]}
          style={{ left: `${plot.band.from}%`, width: `${plot.band.to - plot.band.from}%` }}
        />
      )}
      <span className={classes["zero"]} style={{ left: `${plot.zero}%` }} />
      <span
        className={classes["interval"]}
        data-verdict={versus.verdict}
        data-beyond-low={plot.beyondLow || undefined}
        data-beyond-high={plot.beyondHigh || undefined}
        style={{ left: `${plot.from}%`, width: `${Math.max(0.6, plot.to - plot.from)}%` }}
      />
      <span className={classes["point"]} style={{ left: `${plot.point}%` }} />
    </div>
  );
}
