import { durationText, NO_DATA } from "./duration";

export type Unit = "number" | "count" | "per_minute" | "percent" | "ms" | "tokens" | "usd" | "score";

export { NO_DATA };

const SPACE = "\u00a0";
const MINUS = "\u2212";

/** A number short enough to glance at: 1.24 s, $0.0125, 12.5 k, 97.5 %. */
export function format(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_DATA;
  const sign = value < 0 ? MINUS : "";
  return sign + BY_UNIT[unit](Math.abs(value));
}

/** A number to the last digit that means something, for tooltips and tables. */
export function formatExact(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_DATA;
  const sign = value < 0 ? MINUS : "";
  return sign + EXACT_BY_UNIT[unit](Math.abs(value));
}

/** A number beside an axis: as short as it can be, and in the unit of time of its neighbours, which are `step` apart. */
export function formatAxis(value: number, unit: Unit, step: number | null = null): string {
  if (unit === "ms" && step !== null) {
    const [size, name] = axisTime(step);
    return `${significant(value / size, 3)}${SPACE}${name}`;
  }
  if (unit !== "usd" || Math.abs(value) >= 1000) return format(value, unit);
  return `${value < 0 ? MINUS : ""}$${significant(Math.abs(value), 3)}`;
}

function axisTime(step: number): [number, string] {
  if (step % 3_600_000 === 0) return [3_600_000, "h"];
  if (step % 60_000 === 0) return [60_000, "min"];
  return step >= 500 ? [1000, "s"] : [1, "ms"];
}

/** A change in percent with its sign; no data when there is nothing to compare with. */
export function formatChange(percent: number | null | undefined): string {
  if (percent === null || percent === undefined || !Number.isFinite(percent)) return NO_DATA;
  const size = Math.abs(percent);
  if (size < 0.05) return `0${SPACE}%`;
  if (percent >= 1000) return `×${grouped(1 + percent / 100, 0)}`;
  const sign = percent < 0 ? MINUS : "+";
  return `${sign}${size >= 100 ? grouped(size, 0) : grouped(size, 1)}${SPACE}%`;
}

const BY_UNIT: Record<Unit, (value: number) => string> = {
  // of any size: three digits say what it is
  number: (value) => (value < 100 ? significant(value, 3) : short(value)),
  count: short,
  tokens: short,
  per_minute: (value) => `${value !== 0 && value < 10 ? significant(value, 2) : short(Math.round(value))}/min`,
  percent,
  ms: duration,
  usd: money,
  // ratings differ in their second digit, so they keep it
  score: (value) => (value < 0.01 && value > 0 ? significant(value, 2) : grouped(value, value < 100 ? 2 : 1)),
};

const EXACT_BY_UNIT: Record<Unit, (value: number) => string> = {
  number: (value) => (value < 1 ? significant(value, 4) : grouped(value, 4)),
  count: (value) => grouped(value, Number.isInteger(value) ? 0 : 2),
  tokens: (value) => grouped(value, Number.isInteger(value) ? 0 : 1),
  per_minute: (value) => `${value < 1 ? significant(value, 4) : grouped(value, 2)}/min`,
  percent: (value) => `${grouped(value, 3)}${SPACE}%`,
  ms: (value) => `${grouped(value, value < 100 ? 1 : 0)}${SPACE}ms`,
  usd: (value) =>
    `$${value === 0 ? "0" : value < 0.001 ? significant(value, 4) : grouped(value, value < 100 ? 6 : 2, 2)}`,
  score: (value) => (value < 0.01 && value > 0 ? significant(value, 4) : grouped(value, 4)),
};

function short(value: number): string {
  if (value >= 999_950_000) return `${significant(value / 1e9, 3)}${SPACE}G`;
  if (value >= 999_950) return `${significant(value / 1e6, 3)}${SPACE}M`;
  if (value >= 9_999.5) return `${significant(value / 1e3, 3)}${SPACE}k`;
  return grouped(value, value < 100 ? 1 : 0);
}

function percent(value: number): string {
  // 99.97 must not read as 100: rounding may not turn "almost" into "all"
  if (value > 99.9 && value < 100) return `${grouped(Math.floor(value * 100) / 100, 2)}${SPACE}%`;
  return `${grouped(value, value > 0 && value < 0.1 ? 3 : 1)}${SPACE}%`;
}

function duration(ms: number): string {
  if (ms < 9.95) return `${grouped(ms, 1)}${SPACE}ms`;
  if (ms < 999.5) return `${grouped(ms, 0)}${SPACE}ms`;
  if (ms < 59_950) return `${significant(ms / 1e3, 3)}${SPACE}s`;
  return durationText(ms);
}

function money(value: number): string {
  if (value === 0) return "$0";
  if (value < 0.995) return `$${significant(value, 3).padEnd("0.00".length, "0")}`;
  if (value < 9_999.995) return `$${grouped(value, 2, 2)}`;
  return `$${short(value)}`;
}

function significant(value: number, digits: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: digits });
}

function grouped(value: number, decimals: number, atLeast = 0): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: decimals, minimumFractionDigits: atLeast });
}
