import type { components } from "../../api/openapi";
import type { View } from "../../state/view";
import { versionName } from "../../format/versionName";

type Schemas = components["schemas"];
export type Compared = Schemas["CompareOut"];
export type ComparedSubject = Schemas["ComparedSubject"];
export type ComparedRow = Schemas["ComparedRow"];
export type VersionVerdict = Schemas["VersionsOut"];

/** Whose figures stand side by side: prompts, or versions of one prompt. */
export interface Subject {
  prompt: string;
  version: string | null;
}

/** What keeps its colour on every chart and in the table. */
export function identityOf({ prompt, version }: Subject): string {
  return version === null ? prompt : versionName(version);
}

export const FEWEST = 2;
export const MOST = 3;

/** Several prompts of the top bar, or the versions in the address of the only one. */
export function subjectsOf({ prompts }: Pick<View, "prompts">, versions: readonly string[]): Subject[] {
  const named = prompts.filter((prompt) => prompt !== null);
  const [only] = named;
  if (only === undefined) return [];
  if (named.length > 1) return named.map((prompt) => ({ prompt, version: null }));
  return [...new Set(versions)].slice(0, MOST).map((version) => ({ prompt: only, version }));
}

/** The versions after one was switched; the third choice is the last one. */
export function switched(versions: readonly string[], version: string): string[] {
  if (versions.includes(version)) return versions.filter((other) => other !== version);
  return versions.length < MOST ? [...versions, version] : [...versions];
}

const PLACES = ["1st", "2nd", "3rd"];

/** "1st", or "–" where nothing can be ranked. */
export function placeText(place: number | null): string {
  return place === null ? "–" : (PLACES[place - 1] ?? `${place}th`);
}
