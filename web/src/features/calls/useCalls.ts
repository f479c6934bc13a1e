import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { useApi } from "../../api/ApiContext";
import type { Params } from "../../api/client";
import { traffic } from "../../api/keys";
import type { CallRow } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import { windowOf, type Range } from "../../state/range";
import { useView } from "../../state/useView";
import { filterParams } from "./filters";

export const PAGE = 100;

interface Page {
  rows: CallRow[];
  next: string | null;
}

/** Calls of the view, newest first. `prompt`: null is "no prompt id", undefined is any. */
export function useCalls(prompt: string | null | undefined) {
  const api = useApi();
  const { id, time_zone: timeZone } = useProject();
  const { view } = useView();
  const [search] = useSearchParams();
  const filters: Params = {
    ...filterParams(search),
    environment: view.environment,
    prompt_id: prompt === undefined ? undefined : (prompt ?? ""),
  };
  const range = view.range;
  return useInfiniteQuery({
    // the range as chosen, not as moments: a refresh asks the same list again as of now and keeps the pages
    queryKey: [...traffic(id), "calls", range, filters],
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: Page) => next,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const params = { ...listParams(id, filters, range, timeZone), limit: PAGE, cursor: pageParam };
      const { data, meta } = await api<CallRow[]>("/calls", { params, signal });
      const next = meta["next_cursor"];
      return { rows: data, next: typeof next === "string" ? next : null };
    },
  });
}

/** Parameters that choose the calls of a view as of now. */
export function listParams(project: string, filters: Params, range: Range, timeZone: string): Params {
  const { start, end } = windowOf(range, Date.now(), timeZone);
  return { ...filters, project, start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}
