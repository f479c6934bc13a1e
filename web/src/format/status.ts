import type { Band, BandName } from "../api/types";
import { format } from "./number";

/** The band a value lies in, null when there is no value or no bands. */
export function bandOf(value: number | null | undefined, bands: readonly Band[] | null | undefined): BandName | null {
  if (value === null || value === undefined) return null;
  const highestFirst = [...(bands ?? [])].sort((a, b) => b.above - a.above);
  return highestFirst.find(({ above, inclusive }) => value > above || (inclusive && value === above))?.name ?? null;
}

/** Which values a band has, in words: "above 95 %", "below 90 %". */
export function bandRange({ above, inclusive }: Band, bands: readonly Band[]): string {
  const lowest = Math.min(...bands.map((band) => band.above));
  if (above > lowest) return `${inclusive ? "from" : "above"} ${format(above, "percent")}`;
  const next = Math.min(...bands.map((band) => band.above).filter((other) => other > lowest));
  return `below ${format(next, "percent")}`;
}
