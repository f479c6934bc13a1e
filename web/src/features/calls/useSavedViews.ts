import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { settings } from "../../api/keys";
import type { components } from "../../api/openapi";
import { useProject } from "../../state/ProjectContext";

type Schemas = components["schemas"];
export type SavedView = Schemas["ViewOut"];

/** Views of a page saved under a name, and how to change them. */
export function useSavedViews(page: string) {
  const api = useApi();
  const { id } = useProject();
  const client = useQueryClient();
  const queryKey = [...settings(id, "views"), page];
  const params = { project: id };
  const changed = () => client.invalidateQueries({ queryKey });
  const views = useQuery<SavedView[]>({
    queryKey,
    queryFn: async ({ signal }) => (await api<SavedView[]>("/views", { params: { ...params, page }, signal })).data,
  });
  const save = useMutation({
    mutationFn: async (view: Pick<SavedView, "name" | "search" | "shared">) =>
      (await api<SavedView>("/views", { method: "POST", params, body: { ...view, page } })).data,
    onSuccess: changed,
  });
  const change = useMutation({
    mutationFn: async ({ id: view, ...part }: Pick<SavedView, "id"> & Partial<SavedView>) =>
      (await api<SavedView>(`/views/${view}`, { method: "PATCH", params, body: part })).data,
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: async (view: string) => await api<null>(`/views/${view}`, { method: "DELETE", params }),
    onSuccess: changed,
  });
  return { views, save, change, remove };
}
