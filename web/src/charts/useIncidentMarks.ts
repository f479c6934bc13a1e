import { useMemo } from "react";
import type { Incident } from "../api/incidents";
import { useWatchRead } from "../api/useWatchRead";
import { useView } from "../state/useView";
import { incidentHappenings } from "./incidents";
import type { Happening } from "./marks";

interface Span {
  /** Epoch milliseconds, [start, end). */
  start: number;
  end: number;
}

/** The newest so many are marked. */
const MOST = 200;
const NONE: readonly Incident[] = [];

/** The incidents to mark on the charts of a page: in its range and environment, about `prompts` (none: all). */
export function useIncidentMarks({ start, end }: Span, prompts: readonly (string | null)[]): readonly Happening[] {
  const { environment } = useView().view;
  const { data = NONE } = useWatchRead<Incident[]>("/incidents", {
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    limit: MOST,
  });
  const chosen = JSON.stringify(prompts);
  return useMemo(
    () => incidentHappenings(data, JSON.parse(chosen) as (string | null)[], environment),
    [data, chosen, environment],
  );
}
