import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Params } from "../../api/client";
import { settings } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

/** A list of the project's settings, such as its keys. */
export function useSettingsList<Row>(part: string, path: string, params: Params = {}) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Row[]>({
    queryKey: [...settings(id, part), params],
    queryFn: async ({ signal }) => (await api<Row[]>(path, { params, signal })).data,
  });
}
