import { expect, test } from "vitest";
import { bucketFor, windowOf } from "./range";

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

test.each([
  ["1h", "UTC", "2026-03-12T13:08", "2026-03-12T14:08", "1m"],
  ["24h", "UTC", "2026-03-11T14:15", "2026-03-12T14:15", "15m"],
  ["7d", "UTC", "2026-03-05T15:00", "2026-03-12T15:00", "1h"],
  ["30d", "UTC", "2026-02-10T18:00", "2026-03-12T18:00", "6h"],
  ["7d", "Asia/Kolkata", "2026-03-05T14:30", "2026-03-12T14:30", "1h"],
  ["30d", "America/New_York", "2026-02-10T17:00", "2026-03-12T16:00", "6h"],
] as const)("%s in %s runs from %s to %s by %s", (preset, zone, start, end, bucket) => {
  const window = windowOf({ preset }, at("2026-03-12T14:07:31Z"), zone);
  expect([iso(window.start), iso(window.end), window.bucket]).toEqual([start, end, bucket]);
});

test("on the edge of a bucket the window ends there", () => {
  expect(iso(windowOf({ preset: "1h" }, at("2026-03-12T14:07:00Z"), "UTC").end)).toBe("2026-03-12T14:07");
});

test("a custom range is asked exactly as chosen", () => {
  const range = { start: at("2026-03-01T00:10:00Z"), end: at("2026-03-01T03:10:00Z") };
  expect(windowOf(range, at("2026-03-12T14:07:31Z"), "UTC")).toEqual({ ...range, bucket: "1m" });
});

test("longer spans get coarser buckets", () => {
  const HOUR = 3_600_000;
  expect([1, 12, 36, 7 * 24, 30 * 24, 180 * 24, 900 * 24].map((hours) => bucketFor(hours * HOUR))).toEqual([
    "1m",
    "5m",
    "15m",
    "1h",
    "6h",
    "1d",
    "1w",
  ]);
});
