import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { watch } from "../../api/keys";
import type { Notice } from "../../api/notifications";
import { useProject } from "../../state/ProjectContext";

/** Also in a tab that is not looked at: there the browser tells. */
const EVERY_MS = 15_000;
const MOST = 30;

export interface Notices {
  rows: Notice[];
  unread: number;
}

/** The newest notifications of the person, and how many are unread. */
export function useNotices() {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Notices>({
    queryKey: [...watch(id), "notifications"],
    refetchInterval: EVERY_MS,
    refetchIntervalInBackground: true,
    queryFn: async ({ signal }) => {
      const { data, meta } = await api<Notice[]>("/notifications", { params: { project: id, limit: MOST }, signal });
      return { rows: data, unread: Number(meta["unread"] ?? 0) };
    },
  });
}
