import { useQueryClient } from "@tanstack/react-query";
import { watch } from "../api/keys";
import { useProject } from "./ProjectContext";
import { useLiveEvents } from "./useLiveEvents";

const KINDS = ["notifications"] as const;

/** What is shown of alerts and incidents is asked again as soon as the server says that people were told of something. */
export function useLiveWatch(): void {
  const queries = useQueryClient();
  const { id } = useProject();
  useLiveEvents(id, true, KINDS, () => void queries.invalidateQueries({ queryKey: watch(id) }));
}
