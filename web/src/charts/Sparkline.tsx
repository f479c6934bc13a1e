import classes from "./Sparkline.module.css";

const WIDTH = 120;
const HEIGHT = 28;

interface Props {
  points: readonly (number | null)[];
  colour: string;
  /** The last point is still filling: drawn dotted. */
  partialLast: boolean;
}

/** The shape of a series at a glance; its numbers are in the chart below, so readers of text skip it. */
export function Sparkline({ points, colour, partialLast }: Props) {
  const done = partialLast ? points.slice(0, -1) : points;
  const filling = partialLast ? points.slice(-2) : [];
  const at = placing(points);
  return (
    <svg className={classes["spark"]} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <path d={pathOf(done, 0, at)} stroke={colour} />
      <path d={pathOf(filling, points.length - filling.length, at)} stroke={colour} strokeDasharray="2 2" />
    </svg>
  );
}

type Placing = (value: number, index: number) => string;

function placing(points: Props["points"]): Placing {
  const values = points.filter((point) => point !== null);
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  const step = WIDTH / Math.max(1, points.length - 1);
  return (value, index) => {
    const share = range === 0 ? 0.5 : (value - low) / range;
    return `${Math.round(index * step)},${Math.round((HEIGHT - 2 - share * (HEIGHT - 4)) * 10) / 10}`;
  };
}

function pathOf(points: Props["points"], from: number, at: Placing): string {
  return points
    .map((point, index) => {
      if (point === null) return "";
      const begins = (points[index - 1] ?? null) === null;
      const place = at(point, from + index);
      return begins ? `M${place}L${place}` : `L${place}`; // a point between gaps is a line of no length, seen as a dot
    })
    .join("");
}
