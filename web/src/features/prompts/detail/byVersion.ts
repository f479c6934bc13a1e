import type { Prompt, QueryResult, VersionScores } from "../../../api/types";
import { versionName, versionNumber } from "../../../format/versionName";

/** The answer with its versions named as people name them, so that charts show those names. */
export function namedVersions<Answer extends QueryResult>(result: Answer): Answer {
  return { ...result, groups: result.groups.map((group) => ({ v: versionName(group["prompt_version"] ?? null) })) };
}

export interface VersionRow {
  /** As calls carry it; null: they do not say. */
  version: string | null;
  name: string;
  /** Environments that it is served in now. */
  served: string[];
  values: Record<string, number | null>;
  scores: Record<string, VersionScores>;
}

/** How each version fares, the newest first: those with calls or scores, and those that are served. */
export function versionRows(
  result: QueryResult,
  scores: readonly VersionScores[],
  deployed: Prompt["deployed"],
): VersionRow[] {
  const places = new Map(result.groups.map((group, index) => [group["prompt_version"] ?? null, index]));
  const versions = new Set([
    ...places.keys(),
    ...scores.map(({ prompt_version: version }) => version),
    ...Object.values(deployed).map(String),
  ]);
  const rows = [...versions].map((version) => {
    const place = places.get(version);
    return {
      version,
      name: versionName(version),
      served: Object.keys(deployed).filter((environment) => String(deployed[environment]) === version),
      values: Object.fromEntries(
        result.metrics.map(({ key }) => [key, place === undefined ? null : (result.values[key]?.[place]?.[0] ?? null)]),
      ),
      scores: scoresOf(scores.filter((score) => score.prompt_version === version)),
    };
  });
  const order = ({ version }: VersionRow) => versionNumber(version) ?? (version === null ? -2 : -1);
  return rows.sort((a, b) => order(b) - order(a) || a.name.localeCompare(b.name));
}

/** A score that came as several types is told by the one that came most often. */
function scoresOf(scores: readonly VersionScores[]): Record<string, VersionScores> {
  return Object.fromEntries([...scores].sort((a, b) => a.count - b.count).map((score) => [score.name, score]));
}

/** Names of the scores, those with the most values first. */
export function scoreNames(scores: readonly VersionScores[]): string[] {
  const counts = new Map<string, number>();
  for (const { name, count } of scores) counts.set(name, (counts.get(name) ?? 0) + count);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
}
