import type { QueryResult } from "../../api/types";
import { versionName } from "../../format/versionName";

/** What part of a prompt's requests a version answered. */
export interface VersionShare {
  /** null: the calls do not say. */
  version: string | null;
  name: string;
  requests: number;
  /** Of the prompt's requests, 0 to 1. */
  share: number;
}

/** The versions in use of each prompt, the busiest first, from requests by prompt and version. */
export function sharesByPrompt(result: QueryResult): Map<string | null, VersionShare[]> {
  const found = new Map<string | null, { version: string | null; requests: number }[]>();
  result.groups.forEach((group, index) => {
    const prompt = group["prompt_id"] ?? null;
    const requests = result.values["total_requests"]?.[index]?.[0] ?? 0;
    if (requests > 0)
      found.set(prompt, [...(found.get(prompt) ?? []), { version: group["prompt_version"] ?? null, requests }]);
  });
  return new Map(
    [...found].map(([prompt, versions]) => {
      const all = versions.reduce((sum, { requests }) => sum + requests, 0);
      const shares = versions.map(({ version, requests }) => ({
        version,
        name: versionName(version),
        requests,
        share: requests / all,
      }));
      return [prompt, shares.sort((a, b) => b.requests - a.requests)];
    }),
  );
}
