import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { ExperimentEvent, Submission } from "../../../api/experiments";
import { experiment } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";
import { feedOf } from "./feed";

export const SHOWN = 100;

/** The newest events and scores of an experiment. */
export function useFeed(id: string) {
  const api = useApi();
  const project = useProject().id;
  return useQuery({
    queryKey: [...experiment(project, id), "feed"],
    queryFn: async ({ signal }) => {
      const request = { params: { project, limit: SHOWN }, signal };
      const [events, scores] = await Promise.all([
        api<ExperimentEvent[]>(`/events/experiment/${id}`, request),
        api<Submission[]>(`/scores/experiments/${id}`, request),
      ]);
      return feedOf(events.data, scores.data, SHOWN);
    },
  });
}
