import type { CallRow } from "../../api/types";

export interface Part {
  label: string;
  /** Milliseconds after the start of the call. */
  from: number;
  ms: number;
}

type Times = Pick<CallRow, "latency_ms" | "queue_ms" | "network_ms" | "llm_ms">;

/** Where the time went: the known parts one after the other, and what none of them explains. */
export function waterfall({ latency_ms, queue_ms, network_ms, llm_ms }: Times): Part[] {
  const known = [
    { label: "Queue", ms: queue_ms },
    { label: "Network", ms: network_ms },
    { label: "LLM", ms: llm_ms },
  ].flatMap(({ label, ms }) => (ms === null ? [] : [{ label, ms }]));
  const parts: Part[] = [];
  let from = 0;
  for (const { label, ms } of known) {
    parts.push({ label, from, ms });
    from += ms;
  }
  const rest = latency_ms - from;
  if (parts.length > 0 && rest > latency_ms / 100) parts.push({ label: "Other", from, ms: rest });
  return parts;
}
