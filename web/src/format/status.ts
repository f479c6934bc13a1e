import type { Band, BandName } from "../api/types";

/** The band a value lies in, null when there is no value or no bands. */
export function bandOf(value: number | null | undefined, bands: readonly Band[] | null | undefined): BandName | null {
  if (value === null || value === undefined) return null;
  const highestFirst = [...(bands ?? [])].sort((a, b) => b.above - a.above);
  return highestFirst.find(({ above, inclusive }) => value > above || (inclusive && value === above))?.name ?? null;
}
