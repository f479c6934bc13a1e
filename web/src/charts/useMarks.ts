import { useMemo } from "react";
import type { Happening } from "./marks";
import { useDeploymentMarks } from "./useDeploymentMarks";
import { useIncidentMarks } from "./useIncidentMarks";

interface Span {
  /** Epoch milliseconds, [start, end). */
  start: number;
  end: number;
}

/** What happened in the time of a chart about `prompts` (none: all): deployments and incidents. */
export function useMarks(span: Span, prompts: readonly (string | null)[]): readonly Happening[] {
  const deployments = useDeploymentMarks(span, prompts);
  const incidents = useIncidentMarks(span, prompts);
  return useMemo(() => [...deployments, ...incidents], [deployments, incidents]);
}
