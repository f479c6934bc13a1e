import type { IncidentStatus } from "../../api/incidents";

/** As they follow each other. */
export const STATUSES: readonly IncidentStatus[] = ["firing", "acknowledged", "mitigated", "resolved", "post_mortem"];

export const STATUS_WORD: Record<IncidentStatus, string> = {
  firing: "Firing",
  acknowledged: "Acknowledged",
  mitigated: "Mitigated",
  resolved: "Resolved",
  post_mortem: "Closed",
};

/** What a button says that sets the status. */
export const STATUS_ACT: Record<IncidentStatus, string> = {
  firing: "Open again",
  acknowledged: "Acknowledge",
  mitigated: "Mark as mitigated",
  resolved: "Resolve",
  post_mortem: "Close with the post-mortem",
};
