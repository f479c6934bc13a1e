import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Alert } from "../../api/alerts";
import { watch } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** What is wrong now must not be old. */
const EVERY_MS = 10_000;
const MOST = 200;

/** Alerts that fire now, newest first. */
export function useFiring() {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: [...watch(id), "/alerts", "firing"],
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }) => {
      const params = { project: id, status: "firing", limit: MOST };
      const { data, meta } = await api<Alert[]>("/alerts", { params, signal });
      const total = meta["total"];
      return { rows: data, total: typeof total === "number" ? total : data.length };
    },
  });
}
