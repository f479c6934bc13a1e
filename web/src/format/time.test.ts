import { expect, test } from "vitest";
import { formatAgo, formatTime, zoneOffsetName } from "./time";
import { momentOf, offsetMs, timeZones, wallTime } from "./zone";

const NOON = Date.UTC(2026, 2, 12, 12, 0, 0);
const HOUR = 3_600_000;

test("a moment is written in the project's zone, not the browser's", () => {
  expect(formatTime(NOON, "minute", "Asia/Tokyo")).toBe("21:00");
  expect(formatTime("2026-03-12T12:00:00Z", "dateMinute", "America/New_York")).toBe("12 Mar, 08:00");
  expect(formatTime(null, "day", "UTC")).toBe("–");
});

test("wall time and moment are each other's inverse on ordinary days", () => {
  expect(wallTime(NOON, "Europe/Berlin")).toBe("2026-03-12 13:00:00");
  expect(momentOf("2026-03-12 13:00:00", "Europe/Berlin")).toBe(NOON);
  expect(momentOf("2026-07-01 00:00:00", "Asia/Kolkata")).toBe(Date.UTC(2026, 5, 30, 18, 30));
});

test("midnight after the clocks change has the new offset", () => {
  expect(momentOf("2026-03-29 00:00:00", "Europe/Berlin")).toBe(Date.UTC(2026, 2, 28, 23));
  expect(momentOf("2026-03-30 00:00:00", "Europe/Berlin")).toBe(Date.UTC(2026, 2, 29, 22));
});

test("offsets have the sign of the clock", () => {
  expect(offsetMs("America/New_York", NOON)).toBe(-4 * HOUR);
  expect(zoneOffsetName("UTC", NOON)).toBe("UTC");
  expect(zoneOffsetName("Asia/Kolkata", NOON)).toBe("UTC+5:30");
  expect(zoneOffsetName("America/New_York", NOON)).toBe("UTC−4");
});

test("ago counts in the largest unit that fits", () => {
  const at = "2026-03-12T12:00:00Z";
  expect(formatAgo(at, NOON + 5_000)).toBe("just now");
  expect(formatAgo(at, NOON + 180_000)).toBe("3 min ago");
  expect(formatAgo(at, NOON + 25 * HOUR)).toBe("yesterday");
  expect(formatAgo(null, NOON)).toBe("never");
});

test("zones are listed by the names of today, and each can be formatted with", () => {
  const zones = timeZones();
  expect(zones[0]).toBe("UTC");
  expect(zones).toContain("Asia/Kolkata");
  expect(zones).not.toContain("Asia/Calcutta");
  for (const zone of zones) expect(() => offsetMs(zone, NOON)).not.toThrow();
});
