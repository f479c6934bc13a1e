/** What units can be told apart by. A key is typed for those that end in a dot. */
export const SEGMENTS: readonly { value: string; label: string }[] = [
  { value: "feature", label: "Feature" },
  { value: "new_returning", label: "New or returning" },
  { value: "environment", label: "Environment" },
  { value: "model", label: "Model" },
  { value: "properties.", label: "Property of the calls" },
  { value: "context.", label: "Context of the assignment" },
];

const KEYED = ["properties.", "context."] as const;

export interface SegmentChoice {
  /** One of SEGMENTS. */
  kind: string;
  /** Of a property or an attribute; "" where none is needed, or not typed yet. */
  key: string;
}

export function parseSegment(text: string | null): SegmentChoice {
  const given = text ?? "feature";
  const keyed = KEYED.find((prefix) => given.startsWith(prefix));
  if (keyed !== undefined) return { kind: keyed, key: given.slice(keyed.length) };
  return { kind: SEGMENTS.some(({ value }) => value === given) ? given : "feature", key: "" };
}

export function needsKey(kind: string): boolean {
  return KEYED.some((prefix) => prefix === kind);
}

/** What is asked; null while a key is missing. */
export function segmentBy({ kind, key }: SegmentChoice): string | null {
  if (!needsKey(kind)) return kind;
  return key.trim() === "" ? null : `${kind}${key.trim()}`;
}
