import type { Backtest, Episode } from "../../api/alerts";
import { assignColours } from "../../charts/colours";
import { marksOf, type Happening } from "../../charts/marks";
import {
  axesOf,
  groupLabel,
  roundAxis,
  type Axis,
  type DrawnTarget,
  type Series,
  type Span,
  type TimeChart,
} from "../../charts/prepare";
import { timeTicks } from "../../charts/ticks";
import { format, type Unit } from "../../format/number";
import { formatTime } from "../../format/time";
import { minutesText } from "../../format/duration";

const MAX_TICKS = 7;
/** Places in the palette. */
const VALUE_COLOUR = 0;
const BOUND_COLOUR = 1;
const NORMAL_COLOUR = 7;
const HEADROOM = 1.05;
/** A bound farther above all values would press them flat: words tell of it instead. */
const FAR = 4;

interface Bound {
  key: "low" | "high";
  label: string;
  points: readonly (number | null)[];
  /** Where it is the same all the time. */
  constant: number | null;
}

/**
 * What a trial of a rule shows: values, the bounds beyond which they are wrong, and the episodes in which it would have
 * fired. `shown`: the series that is drawn, with its bounds; null is all of them. Pure.
 */
export function prepareBacktest(
  tried: Backtest,
  shown: string | null,
  timeZone: string,
  happenings: readonly Happening[] = [],
): TimeChart {
  const buckets = tried.points.map((at) => Date.parse(at));
  const chosen = shown === null ? tried.series : tried.series.filter(({ series }) => series === shown);
  const drawn = chosen.length === 0 ? tried.series : chosen;
  const named = drawn.map(({ series, group, values }) => ({
    series,
    label: groupLabel(group) || tried.metric_label,
    values,
  }));
  const colours = assignColours(named.map(({ label }) => label));
  const unit = tried.unit;
  const lines: Series[] = named.map(({ series, label, values }) => ({
    key: series === "" ? "value" : series,
    identity: label,
    colour: named.length === 1 ? VALUE_COLOUR : (colours.get(label) ?? 0),
    label,
    unit,
    points: values,
  }));
  const [only] = drawn;
  const alone = drawn.length === 1 && only !== undefined ? only : null;
  // of several series, only what is the same for all of them is drawn
  const bounds = only === undefined ? [] : boundsOf(only.lows, only.highs);
  const common = alone === null ? bounds.filter(({ constant, key }) => sameForAll(drawn, key, constant)) : bounds;
  const expected: Series[] =
    alone?.expected.some((value) => value !== null) === true
      ? [{ ...base(unit), key: "expected", label: "Normal", points: alone.expected, expected: true }]
      : [];
  const moving: Series[] =
    alone === null
      ? []
      : common
          .filter(({ constant }) => constant === null)
          .map(({ key, label, points }) => ({
            ...base(unit),
            colour: BOUND_COLOUR,
            key,
            label,
            points: [...points],
            expected: true,
          }));
  const series = [...lines, ...expected, ...moving];
  const highest = Math.max(0, ...series.flatMap(({ points }) => points.filter((point) => point !== null)));
  const targets: DrawnTarget[] = common.flatMap(({ constant, label }) =>
    constant === null || (constant > highest * FAR && highest > 0)
      ? []
      : [
          {
            metric: lines[0]?.identity ?? "",
            value: constant,
            label: `${label} ${format(constant, unit)}`,
            colour: BOUND_COLOUR,
          },
        ],
  );
  const bounded = targets.map(({ value }) => value);
  const episodes = tried.episodes.filter((one) => shown === null || one.series === shown);
  return {
    kind: "line",
    timeZone,
    buckets,
    ticks: timeTicks(buckets, timeZone, MAX_TICKS),
    series,
    previous: null,
    total: shown === null ? Math.max(lines.length, tried.series_watched) : lines.length,
    axes: axesOf(series, "line", bounded, []).map((axis) => reaching(axis, bounded, highest)),
    partialLast: false,
    thresholds: [],
    bands: null,
    targets,
    marks: marksOf(happenings, buckets, Date.parse(tried.end)),
    spans: spansOf(episodes, buckets, timeZone),
    empty: lines.every(({ points }) => points.every((point) => point === null)),
    none: null,
  };
}

/** A trial of one series needs no choice among them. */
export function seriesChoices(tried: Backtest): { value: string; label: string }[] {
  if (tried.series.length < 2) return [];
  return tried.series.map(({ series, group }) => ({ value: series, label: groupLabel(group) }));
}

/** "12 Nov, 14:05, for 41 min". */
export function episodeText({ start, end, minutes }: Episode, timeZone: string): string {
  const at = formatTime(start, "dateMinute", timeZone);
  return end === null ? `${at}, still firing` : `${at}, for ${minutesText(minutes)}`;
}

function base(unit: Unit) {
  return { identity: "expected", colour: NORMAL_COLOUR, unit };
}

function boundsOf(lows: readonly (number | null)[], highs: readonly (number | null)[]): Bound[] {
  const bound = (key: Bound["key"], label: string, points: readonly (number | null)[]): Bound[] => {
    const known = points.filter((point) => point !== null);
    const [first] = known;
    if (first === undefined) return [];
    return [{ key, label, points, constant: known.every((point) => point === first) ? first : null }];
  };
  return [...bound("high", "fires above", highs), ...bound("low", "fires below", lows)];
}

function sameForAll(series: Backtest["series"], key: Bound["key"], constant: number | null): boolean {
  return (
    constant !== null &&
    series.every((one) =>
      (key === "high" ? one.highs : one.lows).every((point) => point === null || point === constant),
    )
  );
}

/** An axis on which the bounds are seen. */
function reaching(axis: Axis, bounds: readonly number[], highest: number): Axis {
  const top = Math.max(0, ...bounds);
  if (top === 0 || (axis.max !== null && axis.max >= top)) return axis;
  return { ...axis, min: 0, ...roundAxis(Math.max(top, highest) * HEADROOM) };
}

function spansOf(episodes: readonly Episode[], buckets: readonly number[], timeZone: string): Span[] {
  const last = buckets.length - 1;
  return episodes.map((episode) => {
    const start = Date.parse(episode.start);
    const end = episode.end === null ? Infinity : Date.parse(episode.end);
    const from = buckets.findIndex((at) => at >= start);
    const to = buckets.findLastIndex((at) => at <= end);
    const first = from === -1 ? last : from;
    const whose = groupLabel(episode.group);
    const fired = `would have fired ${episodeText(episode, timeZone)}`;
    return { from: first, to: Math.max(first, to), text: whose === "" ? capital(fired) : `${whose}: ${fired}` };
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
