import type { Failures } from "../../api/analysis";
import type { Remark } from "../../charts/prepare";
import { failureText } from "./failureText";

/** Told of a bucket. */
const MOST = 3;

/** The commonest messages of each bucket; undefined where failures were not asked by time. */
export function remarksOf({ groups, by_bucket: counts }: Failures): Remark[][] | undefined {
  if (counts === null) return undefined;
  const buckets = Math.max(0, ...counts.map((row) => row.length));
  return Array.from({ length: buckets }, (_, bucket) =>
    groups
      .map((group, index): Remark => ({ text: failureText(group), count: counts[index]?.[bucket] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST),
  );
}
