import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import { settings } from "../../../api/keys";
import type { Redaction } from "../../../api/types";
import { useProject } from "../../../state/ProjectContext";

export function useRedaction() {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Redaction>({
    queryKey: settings(id, "redaction"),
    queryFn: async ({ signal }) =>
      (await api<Redaction>("/retention/redaction", { params: { project: id }, signal })).data,
  });
}
