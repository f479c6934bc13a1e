/** The page of a call, over the list that the address describes. */
export function callPath(id: string, search: URLSearchParams): string {
  const query = search.toString();
  return `/calls/${encodeURIComponent(id)}${query === "" ? "" : `?${query}`}`;
}
