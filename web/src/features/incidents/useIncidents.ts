import type { Incident } from "../../api/incidents";
import { useWatchRead } from "../../api/useWatchRead";

export const PAGE = 100;

/** The newest incidents: those that are not resolved, or all. */
export function useIncidents(which: "open" | "all") {
  return useWatchRead<Incident[]>("/incidents", { limit: PAGE, ...(which === "open" ? { open: true } : {}) });
}
