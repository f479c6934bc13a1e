/** What stands where a number would, when there is none. */
export const NO_DATA = "–";

const SPACE = "\u00a0";
const MINUS = "\u2212";
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
/** Up to here people count hours: "36 h", not "1 day 12 h". */
const LONGEST_IN_HOURS_S = 2 * DAY_S;

/** A length as people say it, in its two largest units: "45 s", "1 min 30 s", "1 h 59 min", "2 days 3 h". */
export function durationText(milliseconds: number): string {
  const sign = milliseconds < 0 ? MINUS : "";
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < MINUTE_S) return `${sign}${seconds}${SPACE}s`;
  if (seconds < HOUR_S) return sign + pair(seconds, MINUTE_S, "min", 1, "s");
  const minutes = Math.round(seconds / MINUTE_S) * MINUTE_S;
  if (minutes < LONGEST_IN_HOURS_S) return sign + pair(minutes, HOUR_S, "h", MINUTE_S, "min");
  return sign + pair(Math.round(minutes / HOUR_S) * HOUR_S, DAY_S, "days", HOUR_S, "h");
}

/** The same of what is known in minutes: seconds are said of less than one only. */
export function minutesText(minutes: number | null): string {
  if (minutes === null) return NO_DATA;
  const exact = Math.abs(minutes) < 1 ? minutes : Math.round(minutes);
  return minutes === 0 ? `0${SPACE}min` : durationText(exact * MINUTE_S * 1000);
}

function pair(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${SPACE}${largeName}${rest === 0 ? "" : `${SPACE}${rest}${SPACE}${smallName}`}`;
}
