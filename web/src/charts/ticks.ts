import { formatTime } from "../format/time";
import { offsetMs } from "../format/zone";

export interface Tick {
  /** Index of the bucket it stands at. */
  index: number;
  label: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE).concat([1, 2, 3, 4, 6, 12].map((n) => n * HOUR));
const DAY_STEPS = [1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365];

/** Round times of the project's clock, at most `most` of them; midnight shows its date. */
export function timeTicks(buckets: readonly number[], timeZone: string, most: number): Tick[] {
  const first = buckets[0];
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) return [];
  const span = last - first;
  const step = STEPS.find((size) => span / size <= most);
  if (step !== undefined) {
    const onStep = (at: number) => (at + offsetMs(timeZone, at)) % step === 0;
    return buckets.flatMap((at, index) => (onStep(at) ? [{ index, label: clockLabel(at, timeZone) }] : []));
  }
  const days = DAY_STEPS.find((size) => span / (size * DAY) <= most) ?? 730;
  const dayOf = (at: number) => Math.floor((at + offsetMs(timeZone, at)) / DAY);
  return buckets.flatMap((at, index) => {
    const before = buckets[index - 1];
    const startsStep = before !== undefined && dayOf(before) !== dayOf(at) && crosses(dayOf(before), dayOf(at), days);
    return startsStep ? [{ index, label: formatTime(at, days >= 60 ? "month" : "day", timeZone) }] : [];
  });
}

function crosses(from: number, to: number, step: number): boolean {
  return Math.floor(to / step) !== Math.floor(from / step);
}

function clockLabel(at: number, timeZone: string): string {
  const clock = formatTime(at, "minute", timeZone);
  return clock === "00:00" ? formatTime(at, "day", timeZone) : clock;
}
