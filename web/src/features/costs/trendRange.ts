import type { Period } from "../../api/costs";
import { momentOf, wallTime } from "../../format/zone";
import type { Bucket } from "../../state/range";

const DAY_MS = 86_400_000;
export const TREND: Record<Period, { bucket: Bucket; count: number; words: string }> = {
  day: { bucket: "1d", count: 30, words: "last 30 days" },
  week: { bucket: "1w", count: 12, words: "last 12 weeks" },
  month: { bucket: "1mo", count: 12, words: "last 12 months" },
};

/** Whole days, weeks from Monday or months of the project's clock, the running one last; epoch milliseconds. */
export function trendRange(period: Period, now: number, timeZone: string): { start: number; end: number } {
  const today = Date.parse(`${wallTime(now, timeZone).slice(0, 10)}T00:00:00Z`);
  const { count } = TREND[period];
  const [first, next] = daysOf(period, today, count);
  const moment = (day: number) => momentOf(new Date(day).toISOString().slice(0, 19), timeZone);
  return { start: moment(first), end: moment(next) };
}

/** First day and the day after the last, as if days were those of UTC. */
function daysOf(period: Period, today: number, count: number): [number, number] {
  if (period === "day") return [today - (count - 1) * DAY_MS, today + DAY_MS];
  if (period === "week") {
    const monday = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY_MS;
    return [monday - (count - 1) * 7 * DAY_MS, monday + 7 * DAY_MS];
  }
  const date = new Date(today);
  const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  return [month(1 - count), month(1)];
}
