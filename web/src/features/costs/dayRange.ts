import { formatTime } from "../../format/time";

/** From the first day to the last, both with it: "1 Mar to 3 Mar 2026". */
export function dayRange(first: string, last: string): string {
  const day = (text: string, style: "day" | "date") => formatTime(`${text}T00:00:00Z`, style, "UTC");
  if (first === last) return day(last, "date");
  return `${day(first, first.slice(0, 4) === last.slice(0, 4) ? "day" : "date")} to ${day(last, "date")}`;
}
