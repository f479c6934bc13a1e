import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { Params } from "../../../api/client";
import { experiment } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";

interface Asked {
  id: string;
  /** After /experiments/{id}: "results", "trend". */
  part: string;
  params?: Params;
  /** Ask at all. */
  enabled?: boolean;
}

/** What an experiment found. The last answer about the same experiment stays while another is fetched. */
export function useFound<Answer>({ id, part, params = {}, enabled = true }: Asked) {
  const api = useApi();
  const project = useProject().id;
  return useQuery<Answer>({
    queryKey: [...experiment(project, id), "found", part, params],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const path = `/experiments/${encodeURIComponent(id)}/${part}`;
      return (await api<Answer>(path, { params: { project, ...params }, signal })).data;
    },
  });
}
