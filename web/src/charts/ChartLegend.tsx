import { StatusMark } from "../ui/StatusMark";
import { Swatch } from "../ui/Swatch";
import { bandRange } from "../format/status";
import classes from "./ChartLegend.module.css";
import { countOf } from "./marks";
import { MARKS, type TimeChart } from "./prepare";

interface Props {
  chart: TimeChart;
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
}

/** Which colour is which; a click switches a series off and on. */
export function ChartLegend({ chart, hidden, onToggle }: Props) {
  const entries = chart.previous === null ? chart.series : [...chart.series, { ...chart.previous, key: "previous" }];
  const { bands, marks } = chart;
  // one that is alone is told by the title of its chart, unless it is what is left of a stack or of several groups
  const named =
    entries.length > 1 || chart.kind !== "line" || entries.some(({ key, identity }) => !key.startsWith(identity));
  return (
    <div className={classes["legend"]}>
      {bands?.map((band) => (
        <span key={band.name} className={classes["band"]}>
          <StatusMark status={band.name} /> {bandRange(band, bands)}
        </span>
      ))}
      {named &&
        entries.map(({ key, label, colour, overlay }) => (
          <button
            key={key}
            type="button"
            className={classes["entry"]}
            aria-pressed={!hidden.has(key)}
            onClick={() => onToggle(key)}
          >
            {key === "previous" ? <span className={classes["dashes"]} aria-hidden /> : <Swatch place={colour} />}
            {label}
            {overlay === true && <span className={classes["side"]}>right axis</span>}
          </button>
        ))}
      {marks.length > 0 && (
        <button
          type="button"
          className={classes["entry"]}
          aria-pressed={!hidden.has(MARKS)}
          onClick={() => onToggle(MARKS)}
        >
          <span className={classes["mark"]} aria-hidden />
          {countOf(marks.flatMap(({ happenings }) => happenings))}
        </button>
      )}
      {chart.total > chart.series.length && (
        <span className={classes["more"]}>
          {chart.series.length} of {chart.total}, the largest
        </span>
      )}
    </div>
  );
}
