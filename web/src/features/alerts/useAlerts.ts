import { useInfiniteQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Alert } from "../../api/alerts";
import type { Params } from "../../api/client";
import { watch } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** How many are fetched at once. */
export const PAGE = 50;

interface AlertPage {
  rows: Alert[];
  total: number;
}

/** Alerts that fire and did, newest first, a page after another. */
export function useAlerts(filter: Params) {
  const api = useApi();
  const { id } = useProject();
  return useInfiniteQuery({
    queryKey: [...watch(id), "/alerts", "pages", filter],
    initialPageParam: 0,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal, pageParam: offset }): Promise<AlertPage> => {
      const params = { project: id, ...filter, limit: PAGE, offset };
      const { data, meta } = await api<Alert[]>("/alerts", { params, signal });
      const total = meta["total"];
      return { rows: data, total: typeof total === "number" ? total : data.length };
    },
    getNextPageParam: (last: AlertPage, pages: AlertPage[]) => {
      const known = pages.reduce((sum, { rows }) => sum + rows.length, 0);
      return last.rows.length > 0 && known < last.total ? known : null;
    },
  });
}
