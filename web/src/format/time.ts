import { NO_DATA } from "./number";
import { offsetMs } from "./zone";

const STYLES = {
  minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { day: "numeric", month: "short" },
  weekday: { weekday: "short", day: "numeric", month: "short" },
  month: { month: "short", year: "numeric" },
  date: { day: "numeric", month: "short", year: "numeric" },
  dateMinute: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  dateSecond: {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type TimeStyle = keyof typeof STYLES;

// Making a formatter costs 1,000 times what using it does.
const formatters = new Map<string, Intl.DateTimeFormat>();

/** A moment as people of `timeZone` write it; no data for null. Takes epoch milliseconds or RFC 3339. */
export function formatTime(at: number | string | null | undefined, style: TimeStyle, timeZone: string): string {
  if (at === null || at === undefined) return NO_DATA;
  const key = `${style}|${timeZone}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-GB", { ...STYLES[style], timeZone });
    formatters.set(key, formatter);
  }
  return formatter.format(typeof at === "string" ? Date.parse(at) : at);
}

/** How long ago, in the largest unit that fits: "3 min ago". */
export function formatAgo(at: string | null, now: number): string {
  if (at === null) return "never";
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

/** The zone's distance from UTC at a moment: "UTC", "UTC+2", "UTC−3:30". */
export function zoneOffsetName(timeZone: string, at: number): string {
  const minutes = Math.round(offsetMs(timeZone, at) / 60_000);
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? "" : `:${String(size % 60).padStart(2, "0")}`;
  return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(size / 60)}${rest}`;
}
