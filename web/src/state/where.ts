import type { Query } from "../api/types";
import type { View } from "./view";

/** The view's filters as the query API takes them. */
export function whereOf(view: View): NonNullable<Query["where"]> {
  const where: NonNullable<Query["where"]> = [];
  if (view.prompts.length > 0) where.push({ dimension: "prompt_id", op: "in", values: view.prompts });
  if (view.environment !== null) where.push({ dimension: "environment", op: "in", values: [view.environment] });
  return where;
}

/** Several prompts side by side. */
export function isComparing(view: View): boolean {
  return view.prompts.length > 1;
}
