let loading = 0;

/** Counts a part of the program as on its way until `part` is settled. */
export function countPart<Part>(part: Promise<Part>): Promise<Part> {
  loading += 1;
  return part.finally(() => {
    loading -= 1;
  });
}

/** A page is on its way: it has not asked for its data yet. */
export function isPartLoading(): boolean {
  return loading > 0;
}
