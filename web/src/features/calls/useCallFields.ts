import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { traffic } from "../../api/keys";
import type { Field } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import { useWindow } from "../../state/useWindow";

/** Everything that calls can be filtered by, with the properties and scores of the time range. `ask` false: what is known already. */
export function useCallFields(ask = true) {
  const api = useApi();
  const { id } = useProject();
  const { start, end } = useWindow();
  return useQuery<Field[]>({
    queryKey: [...traffic(id), "fields"],
    staleTime: 300_000,
    enabled: ask,
    queryFn: async ({ signal }) => {
      const params = { project: id, start: new Date(start).toISOString(), end: new Date(end).toISOString() };
      return (await api<Field[]>("/calls/fields", { params, signal })).data;
    },
  });
}
