import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Reconciliation, ReconciliationDetail } from "../../api/costs";
import { reconciliations } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";

export interface Bill {
  file: File;
  /** null compares calls of every provider. */
  provider: string | null;
}

/** Bills that were compared with what is counted here; `open` is the one that is shown in full. */
export function useReconciliations(open: string | null) {
  const api = useApi();
  const queries = useQueryClient();
  const { id } = useProject();
  const key = reconciliations(id);
  const list = useQuery<Reconciliation[]>({
    queryKey: [...key, "list"],
    queryFn: async ({ signal }) =>
      (await api<Reconciliation[]>("/costs/reconciliations", { params: { project: id }, signal })).data,
  });
  const detail = useQuery<ReconciliationDetail>({
    queryKey: [...key, "one", open],
    enabled: open !== null,
    queryFn: async ({ signal }) =>
      (
        await api<ReconciliationDetail>(`/costs/reconciliations/${encodeURIComponent(open ?? "")}`, {
          params: { project: id },
          signal,
        })
      ).data,
  });
  const compare = useMutation<ReconciliationDetail, Error, Bill>({
    mutationFn: async ({ file, provider }) =>
      (
        await api<ReconciliationDetail>("/costs/reconciliations", {
          method: "POST",
          params: { project: id, name: file.name, provider },
          body: new Blob([file], { type: "text/csv" }),
        })
      ).data,
    onSuccess: async (made) => {
      queries.setQueryData([...key, "one", made.id], made);
      await queries.invalidateQueries({ queryKey: [...key, "list"] });
    },
  });
  const remove = useMutation<null, Error, string>({
    mutationFn: async (one) =>
      (
        await api<null>(`/costs/reconciliations/${encodeURIComponent(one)}`, {
          method: "DELETE",
          params: { project: id },
        })
      ).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: [...key, "list"] }),
  });
  return { list, detail, compare, remove };
}

export type Reconciliations = ReturnType<typeof useReconciliations>;
