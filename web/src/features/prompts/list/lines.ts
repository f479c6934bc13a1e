import type { Prompt, QueryResult } from "../../../api/types";
import type { Sort } from "../../../ui/SortHeader";
import { sharesByPrompt, type VersionShare } from "../shares";

/** A prompt of the list: what the registry says of it, and what its calls say. */
export interface PromptLine {
  name: string;
  /** null: it has calls, but is not in the registry. */
  prompt: Prompt | null;
  values: Record<string, number | null>;
  /** Requests over time; null where there are none. */
  points: (number | null)[] | null;
  shares: VersionShare[];
}

interface Sources {
  /** Prompts to list. */
  prompts: readonly Prompt[];
  /** Names that the registry has and the list does not. */
  hidden: ReadonlySet<string>;
  /** Whether prompts that are in calls only are listed. */
  unregistered: boolean;
  totals: QueryResult | undefined;
  series: QueryResult | undefined;
  versions: QueryResult | undefined;
}

/** One line for each prompt of the registry, and for each that is in calls only. */
export function promptLines({ prompts, hidden, unregistered, totals, series, versions }: Sources): PromptLine[] {
  const known = new Map(prompts.map((prompt) => [prompt.name, prompt]));
  const at = placesByPrompt(totals);
  const seriesAt = placesByPrompt(series);
  const shares = versions === undefined ? new Map<string | null, VersionShare[]>() : sharesByPrompt(versions);
  const others = unregistered ? [...at.keys()].filter((name) => !known.has(name) && !hidden.has(name)) : [];
  return [...known.keys(), ...others].map((name) => ({
    name,
    prompt: known.get(name) ?? null,
    values: Object.fromEntries(
      (totals?.metrics ?? []).map(({ key }) => [key, valueAt(totals, key, at.get(name))?.[0] ?? null]),
    ),
    points: valueAt(series, "total_requests", seriesAt.get(name)) ?? null,
    shares: shares.get(name) ?? [],
  }));
}

function placesByPrompt(result: QueryResult | undefined): Map<string, number> {
  const places = (result?.groups ?? []).map((group, index) => [group["prompt_id"] ?? null, index] as const);
  return new Map(places.filter((one): one is readonly [string, number] => one[0] !== null));
}

function valueAt(result: QueryResult | undefined, metric: string, place: number | undefined) {
  return place === undefined ? undefined : result?.values[metric]?.[place];
}

/** Lines whose name, description or tags have every word of `search`. */
export function foundLines(lines: readonly PromptLine[], search: string): PromptLine[] {
  const words = search.toLowerCase().split(/\s+/);
  return lines.filter(({ name, prompt }) => {
    const text = [name, prompt?.description ?? "", ...(prompt?.tags ?? [])].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Sorted by name, by the last change or by a metric; what has no value comes last whichever way. */
export function sortLines(lines: readonly PromptLine[], { by, descending }: Sort): PromptLine[] {
  const sign = descending ? -1 : 1;
  const names = (a: PromptLine, b: PromptLine) => a.name.localeCompare(b.name);
  return [...lines].sort((a, b) => {
    if (by === "name") return sign * names(a, b);
    const left = sortValue(a, by);
    const right = sortValue(b, by);
    if (left === null || right === null) return Number(left === null) - Number(right === null) || names(a, b);
    return sign * (left - right) || names(a, b);
  });
}

function sortValue({ prompt, values }: PromptLine, by: string): number | null {
  if (by === "changed") return prompt === null ? null : Date.parse(prompt.changed_at);
  return values[by] ?? null;
}
