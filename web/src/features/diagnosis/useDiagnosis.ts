import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Diagnosis, Problem } from "../../api/diagnosis";
import { traffic } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import { whereParam } from "../../state/whereParam";

/** What is behind a problem, of the calls and the time that the top bar chooses; null asks nothing. */
export function useDiagnosis(problem: Problem | null) {
  const api = useApi();
  const { id } = useProject();
  const { view } = useView();
  const { start, end } = useWindow();
  const where = whereOf(view);
  const params = {
    project: id,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    where: where.length === 0 ? null : whereParam(where),
  };
  return useQuery<Diagnosis>({
    queryKey: [...traffic(id), "diagnosis", problem, params],
    enabled: problem !== null,
    placeholderData: (last, lastQuery) =>
      lastQuery?.queryKey[1] === id && lastQuery.queryKey[4] === problem ? last : undefined,
    queryFn: async ({ signal }) => (await api<Diagnosis>(`/diagnosis/${problem ?? ""}`, { params, signal })).data,
  });
}
