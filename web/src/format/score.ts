import { format } from "./number";

/** The value that somebody gave, at a glance: a number, yes or no, or a text. */
export function scoreText(value: number | boolean | string | null): string {
  if (typeof value === "number") return format(value, "score");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value ?? "";
}
