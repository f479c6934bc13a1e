import type { Filter } from "../api/types";

/** Filters as the list of calls takes them, in its address and in the API. */
export function whereParam(filters: readonly Filter[]): string {
  return JSON.stringify(filters);
}
