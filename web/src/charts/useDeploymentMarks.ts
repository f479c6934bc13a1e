import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useApi } from "../api/ApiContext";
import { registry } from "../api/keys";
import type { Deployment } from "../api/types";
import { useProject } from "../state/ProjectContext";
import { useView } from "../state/useView";
import { deploymentHappenings } from "./deployments";
import type { Happening } from "./marks";

interface Span {
  /** Epoch milliseconds, [start, end). */
  start: number;
  end: number;
}

/** The newest so many are marked. */
const MOST = 1000;
const NONE: readonly Deployment[] = [];

/**
 * The deployments to mark on the charts of a page: in its range and environment, of `prompts` (none: all). Charts are
 * drawn without them until they are known.
 */
export function useDeploymentMarks({ start, end }: Span, prompts: readonly (string | null)[]): readonly Happening[] {
  const api = useApi();
  const { id } = useProject();
  const { environment } = useView().view;
  const prompt = prompts.length === 1 ? prompts[0] : null;
  const { data = NONE } = useQuery<Deployment[]>({
    queryKey: [...registry(id), "deployments", { start, end, environment, prompt }],
    placeholderData: (last) => last,
    queryFn: async ({ signal }) => {
      const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
      const params = { project: id, ...range, environment, prompt, limit: MOST };
      return (await api<Deployment[]>("/prompts/deployments", { params, signal })).data;
    },
  });
  const chosen = JSON.stringify(prompts);
  return useMemo(() => deploymentHappenings(data, JSON.parse(chosen) as (string | null)[]), [data, chosen]);
}
