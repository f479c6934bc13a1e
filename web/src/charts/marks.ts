/** Something that happened and may explain what a chart shows. A new kind gets its words and its look in KINDS. */
export interface Happening {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  kind: HappeningKind;
  /** A few letters, to stand on the chart. */
  label: string;
  /** The whole of it in a line, for reading. */
  text: string;
}

export type HappeningKind = keyof typeof KINDS;

interface Look {
  one: string;
  many: string;
  /** Drawn broken and in the colour of warnings. */
  alarming: boolean;
}

export const KINDS = {
  deploy: { one: "deployment", many: "deployments", alarming: false },
  rollback: { one: "deployment", many: "deployments", alarming: true },
  incident: { one: "incident", many: "incidents", alarming: true },
} as const satisfies Record<string, Look>;

/** A line across a time chart: what happened in a bucket, or in a few that are too close to tell apart. */
export interface Mark {
  /** The bucket it stands at, the first of those it covers. */
  index: number;
  /** null where its neighbour's label is in the way. */
  label: string | null;
  /** The side of the line that the label may reach to, so that it stays on the chart. */
  anchor: "left" | "middle" | "right";
  alarming: boolean;
  /** Oldest first, each with the bucket it happened in. */
  happenings: (Happening & { index: number })[];
}

/** How many lines a chart bears and stays calm; neighbours are merged until there are no more. */
const MOST_MARKS = 12;
/** Lines nearer than this share of the chart look like one. */
const NEAR = 1 / 32;
/** A chart on a phone, in letters of a label: what has room there has it everywhere. */
const LETTERS = 54;
/** A bucket narrower than this share of the chart is hard to point at: its neighbours tell of its marks, too. */
const REACH = 1 / 80;

/** Where each happening stands on a chart of `buckets` that ends at `end` (epoch milliseconds); others are left out. */
export function marksOf(happenings: readonly Happening[], buckets: readonly number[], end: number): Mark[] {
  const first = buckets[0];
  if (first === undefined) return [];
  const within = happenings
    .filter(({ at }) => at >= first && at < end)
    .sort((a, b) => a.at - b.at)
    .map((one) => ({ ...one, index: buckets.findLastIndex((start) => start <= one.at) }));
  let apart = Math.max(1, Math.ceil(buckets.length * NEAR));
  let groups = grouped(within, apart);
  while (groups.length > MOST_MARKS) groups = grouped(within, (apart += 1));
  return withLabels(groups, buckets.length);
}

/** Those that lie less than `apart` buckets behind the first of their group are of it. Takes them by their bucket. */
function grouped(happenings: Mark["happenings"], apart: number): Mark["happenings"][] {
  const groups: Mark["happenings"][] = [];
  for (const one of happenings) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && one.index - last[0].index < apart) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** What to tell of when the cursor is at a bucket. */
export function happeningsAt(marks: readonly Mark[], index: number, buckets: number): Happening[] {
  const reach = Math.floor(buckets * REACH);
  return marks
    .filter(
      ({ index: from, happenings }) => index >= from - reach && index <= (happenings.at(-1)?.index ?? from) + reach,
    )
    .flatMap(({ happenings }) => happenings);
}

/** "3 deployments". */
export function countOf(happenings: readonly Happening[]): string {
  const words = new Map<string, { many: string; count: number }>();
  for (const { kind } of happenings) {
    const { one, many } = KINDS[kind];
    words.set(one, { many, count: (words.get(one)?.count ?? 0) + 1 });
  }
  return [...words].map(([one, { many, count }]) => `${count} ${count === 1 ? one : many}`).join(", ");
}

function withLabels(groups: readonly Mark["happenings"][], buckets: number): Mark[] {
  let free = 0;
  return groups.map((happenings): Mark => {
    const index = happenings[0]?.index ?? 0;
    const text = happenings.length === 1 ? (happenings[0]?.label ?? "") : countOf(happenings);
    const place = ((index + 0.5) / buckets) * LETTERS;
    const half = text.length / 2;
    const anchor = place < half ? "right" : place > LETTERS - half ? "left" : "middle";
    const from = anchor === "middle" ? place - half : anchor === "right" ? place : place - text.length;
    const fits = from >= free;
    if (fits) free = from + text.length + 1;
    const alarming = happenings.some(({ kind }) => KINDS[kind].alarming);
    return { index, label: fits ? text : null, anchor, alarming, happenings };
  });
}
