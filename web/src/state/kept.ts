/** What is typed outlives a reload and a session that ended: it is kept in the browser until it is saved or discarded. */

interface Kept<T> {
  /** What the form began with. */
  base: T;
  values: T;
}

/** Reads what was kept; null when there is nothing, or when it began with something else than `base`. */
export function keptValues<T>(storage: Storage, key: string, base: T, same: (a: T, b: T) => boolean): T | null {
  try {
    const kept = JSON.parse(storage.getItem(key) ?? "null") as Kept<T> | null;
    return kept !== null && same(kept.base, base) && !same(kept.values, base) ? kept.values : null;
  } catch {
    return null; // of an older version of this page: it cannot be shown
  }
}

export function keepValues<T>(storage: Storage, key: string, base: T, values: T): void {
  const kept: Kept<T> = { base, values };
  storage.setItem(key, JSON.stringify(kept));
}
