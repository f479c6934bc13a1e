import { useInfiniteQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { Experiment } from "../../../api/experiments";
import { experiments } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";
import type { ListFilter } from "./filter";

export const PAGE = 100;
interface Page {
  rows: Experiment[];
  total: number;
}

/** Progress moves while people watch. */
const POLL_MS = 30_000;

/** Experiments that the filter lets through, newest first. */
export function useExperiments({ status, search }: ListFilter) {
  const api = useApi();
  const { id } = useProject();
  return useInfiniteQuery({
    queryKey: [...experiments(id), "list", status, search],
    initialPageParam: 0,
    refetchInterval: POLL_MS,
    getNextPageParam: (last: Page, _pages, offset: number) =>
      offset + last.rows.length < last.total ? offset + last.rows.length : undefined,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const params = { project: id, status, search: search === "" ? null : search, limit: PAGE, offset: pageParam };
      const { data, meta } = await api<Experiment[]>("/experiments", { params, signal });
      return { rows: data, total: typeof meta["total"] === "number" ? meta["total"] : data.length };
    },
  });
}
