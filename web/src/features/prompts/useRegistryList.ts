import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Params } from "../../api/client";
import { registry } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

interface Rows<Row> {
  rows: Row[];
  total: number;
}

/** A list of the registry under `path`, newest first. */
export function useRegistryList<Row>(path: string, params: Params = {}) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Rows<Row>>({
    queryKey: [...registry(id), path, params],
    queryFn: async ({ signal }) => {
      const { data, meta } = await api<Row[]>(path, { params: { project: id, ...params }, signal });
      return { rows: data, total: typeof meta["total"] === "number" ? meta["total"] : data.length };
    },
  });
}
