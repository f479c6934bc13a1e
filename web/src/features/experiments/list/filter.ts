import type { ExperimentStatus } from "../../../api/experiments";

/** What the address says the list shows. */
export interface ListFilter {
  /** null is all. */
  status: ExperimentStatus | null;
  search: string;
}

export const STATUSES: readonly ExperimentStatus[] = ["draft", "running", "paused", "concluded"];

export function parseFilter(params: URLSearchParams): ListFilter {
  const status = params.get("status");
  return { status: STATUSES.find((one) => one === status) ?? null, search: params.get("search") ?? "" };
}

/** The address with a part of the filter changed; what is not filtered by is left out. */
export function withFilter(params: URLSearchParams, part: Partial<ListFilter>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { status, search } = { ...parseFilter(params), ...part };
  next.delete("status");
  next.delete("search");
  if (status !== null) next.set("status", status);
  if (search.trim() !== "") next.set("search", search.trim());
  return next;
}
