import { momentOf, offsetMs, wallTime } from "../format/zone";

export const PRESETS = ["1h", "24h", "7d", "30d"] as const;
export type Preset = (typeof PRESETS)[number];
export type Bucket = "1m" | "5m" | "15m" | "1h" | "6h" | "1d" | "1w" | "1mo";

/** What the person chose. A custom range is [start, end) in epoch milliseconds. */
export type Range = { preset: Preset } | { start: number; end: number };

/** What is asked: [start, end) in epoch milliseconds, cut into buckets. */
export interface Window {
  start: number;
  end: number;
  bucket: Bucket;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const PRESET_LABEL: Record<Preset, string> = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
};

const PRESET_SPAN: Record<Preset, { span: number; bucket: Bucket }> = {
  "1h": { span: HOUR, bucket: "1m" },
  "24h": { span: DAY, bucket: "15m" },
  "7d": { span: 7 * DAY, bucket: "1h" },
  "30d": { span: 30 * DAY, bucket: "6h" },
};

const BUCKET_MS: Record<Bucket, number> = {
  "1m": MINUTE,
  "5m": 5 * MINUTE,
  "15m": 15 * MINUTE,
  "1h": HOUR,
  "6h": 6 * HOUR,
  "1d": DAY,
  "1w": 7 * DAY,
  "1mo": 30 * DAY,
};

/** Finest bucket first: a chart of 500 pixels shows at most about this many points well. */
const MAX_POINTS = 200;

/**
 * The window a range stands for. A preset ends where the bucket that `now` lies in ends, so that whole buckets are
 * asked (rollups answer them) and the last one is the unfinished one; edges fall on the wall clock of `timeZone`.
 */
export function windowOf(range: Range, now: number, timeZone: string): Window {
  if (!("preset" in range)) return { start: range.start, end: range.end, bucket: bucketFor(range.end - range.start) };
  const { span, bucket } = PRESET_SPAN[range.preset];
  const end = ceilTo(now, BUCKET_MS[bucket], timeZone);
  // back by the wall clock: when the clocks changed in between, 30 days are an hour longer or shorter
  const start = floorTo(
    end - span + offsetMs(timeZone, end) - offsetMs(timeZone, end - span),
    BUCKET_MS[bucket],
    timeZone,
  );
  return { start, end, bucket };
}

/** The finest bucket that cuts `span` milliseconds into a readable number of points. */
export function bucketFor(span: number): Bucket {
  const fitting = (Object.keys(BUCKET_MS) as Bucket[]).find((bucket) => span / BUCKET_MS[bucket] <= MAX_POINTS);
  return fitting ?? "1mo";
}

export function bucketMs(bucket: Bucket): number {
  return BUCKET_MS[bucket];
}

function floorTo(at: number, size: number, timeZone: string): number {
  // up to 15 minutes every zone's clock agrees with UTC's
  if (size <= 15 * MINUTE) return Math.floor(at / size) * size;
  const wall = Date.parse(`${wallTime(at, timeZone).replace(" ", "T")}Z`);
  return momentOf(new Date(Math.floor(wall / size) * size).toISOString().slice(0, 19), timeZone);
}

function ceilTo(at: number, size: number, timeZone: string): number {
  const floor = floorTo(at, size, timeZone);
  return floor === at ? at : floorTo(floor + size + size / 4, size, timeZone);
}
