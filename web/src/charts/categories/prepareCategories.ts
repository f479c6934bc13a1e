import type { Unit } from "../../format/number";
import { assignColours } from "../colours";

/** A part of a whole, or one of several that are compared. */
export interface Category {
  /** What keeps its colour wherever it is drawn. */
  key: string;
  label: string;
  /** null is no data. */
  value: number | null;
  /** The calls it counts. */
  href: string | null;
}

export interface CategorySpec {
  /** What is measured. */
  label: string;
  unit: Unit;
  /** How many there are in all, where not all were answered. */
  total?: number | undefined;
  /** The amount of which they are parts; only of what adds up. */
  whole?: number | null;
  /** Shown at most; what is left is one more part, where they are parts of a whole. */
  most?: number;
  /** What it means when every value is 0. */
  none?: string;
}

export interface DrawnCategory extends Category {
  /** Place in the palette; null is what is left. */
  colour: number | null;
  /** Percent of the whole; null where there is none. */
  share: number | null;
}

export interface CategoryChart {
  label: string;
  unit: Unit;
  /** The largest first. */
  categories: readonly DrawnCategory[];
  shown: number;
  total: number;
  empty: boolean;
  none: string | null;
}

export const MOST_CATEGORIES = 8;
/** The key of what is left. */
export const REST = "rest";

/** Percent of the whole; null where there is none. */
export function shareOf(value: number | null, whole: number | null): number | null {
  return value === null || whole === null || whole === 0 ? null : (100 * value) / whole;
}

/** Decide what a pie, or bars by category, show. Pure. */
export function prepareCategories(given: readonly Category[], spec: CategorySpec): CategoryChart {
  const { label, unit, whole = null, most = MOST_CATEGORIES, none } = spec;
  const ranked = [...given].sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
  const shown = ranked.slice(0, most);
  const total = Math.max(spec.total ?? given.length, given.length);
  const colours = assignColours(shown.map(({ key }) => key));
  const drawn = shown.map((one): DrawnCategory => ({
    ...one,
    colour: colours.get(one.key) ?? 0,
    share: shareOf(one.value, whole),
  }));
  const left = whole === null ? 0 : whole - shown.reduce((sum, { value }) => sum + (value ?? 0), 0);
  // sums of floats differ in their last digits
  const rest = whole !== null && total > shown.length && left > whole * 1e-9;
  if (rest) {
    const others = total - shown.length;
    const name = others === 1 ? "1 other" : `${others} others`;
    drawn.push({ key: REST, label: name, value: left, href: null, colour: null, share: shareOf(left, whole) });
  }
  const values = drawn.map(({ value }) => value);
  return {
    label,
    unit,
    categories: drawn,
    shown: shown.length,
    total,
    empty: values.every((value) => value === null),
    none: values.every((value) => (value ?? 0) === 0) ? (none ?? null) : null,
  };
}
