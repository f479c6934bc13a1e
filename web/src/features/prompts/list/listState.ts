import type { Sort } from "../../../ui/SortHeader";

/** What of the list is shown and how; the address holds it. */
export interface ListState {
  search: string;
  archived: boolean;
  sort: Sort;
  /** Name that the form for a new prompt begins with; null while it is closed. */
  create: string | null;
}

const DEFAULT_SORT: Sort = { by: "total_requests", descending: true };

export function parseList(params: URLSearchParams): ListState {
  const sort = params.get("sort");
  return {
    search: params.get("search") ?? "",
    archived: params.get("archived") === "1",
    sort: sort === null ? DEFAULT_SORT : { by: sort.replace(/^-/, ""), descending: sort.startsWith("-") },
    create: params.get("new"),
  };
}

/** The address with a part of the list's state changed; the rest of the address stays. */
export function withList(params: URLSearchParams, part: Partial<ListState>): URLSearchParams {
  const { search, archived, sort, create } = { ...parseList(params), ...part };
  const next = new URLSearchParams(params);
  set(next, "search", search.trim() === "" ? null : search.trim());
  set(next, "archived", archived ? "1" : null);
  const usual = sort.by === DEFAULT_SORT.by && sort.descending;
  set(next, "sort", usual ? null : `${sort.descending ? "-" : ""}${sort.by}`);
  set(next, "new", create);
  return next;
}

function set(params: URLSearchParams, name: string, value: string | null): void {
  if (value === null) params.delete(name);
  else params.set(name, value);
}
