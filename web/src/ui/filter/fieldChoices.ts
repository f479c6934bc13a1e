import type { Field, Filter, FilterOp } from "../../api/types";

export interface Choice {
  op: FilterOp;
  label: string;
}

const TEXT: readonly Choice[] = [
  { op: "in", label: "is" },
  { op: "not_in", label: "is not" },
  { op: "contains", label: "contains" },
  { op: "not_contains", label: "does not contain" },
];
const NUMBER: readonly Choice[] = [
  { op: "gte", label: "at least" },
  { op: "gt", label: "more than" },
  { op: "lte", label: "at most" },
  { op: "lt", label: "less than" },
  { op: "in", label: "is" },
  { op: "not_in", label: "is not" },
];
const YES_NO: readonly Choice[] = [{ op: "in", label: "is" }];
const BOUNDS: ReadonlySet<FilterOp> = new Set(["gt", "gte", "lt", "lte"]);

export function isProperty(key: string): boolean {
  return /^properties\.\S/.test(key.trim());
}

/** How a field can be compared; a property may be a text or a number. */
export function choicesOf(field: Pick<Field, "key" | "type"> | undefined): readonly Choice[] {
  if (field?.type === "number") return NUMBER;
  if (field?.type === "boolean") return YES_NO;
  if (field === undefined || isProperty(field.key)) return [...TEXT, ...NUMBER.slice(0, 4)];
  return TEXT;
}

/** Compared with one number. */
export function isBound(op: FilterOp): boolean {
  return BOUNDS.has(op);
}

/** A filter on another field: compared as that one can be, without a value. */
export function onField(field: Pick<Field, "key" | "type"> | undefined, key: string): Filter {
  return { dimension: key, op: choicesOf(field)[0]?.op ?? "in", values: [] };
}

/** "is m1, m2", "at least 100". */
export function filterText({ op, values }: Filter): string {
  const label = [...TEXT, ...NUMBER].find((one) => one.op === op)?.label ?? op;
  return `${label} ${values.map((value) => (value === null ? "not given" : String(value))).join(", ")}`;
}
