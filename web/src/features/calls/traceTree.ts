import type { CallRow } from "../../api/types";

/** A call of a trace, with where it stands below the others and in time. */
export interface TraceLine {
  call: CallRow;
  /** Calls above it. */
  depth: number;
  /** Milliseconds after the first began. */
  from_ms: number;
}

export interface Trace {
  lines: TraceLine[];
  /** From the first beginning to the last end, milliseconds. */
  length_ms: number;
}

/** Calls of one trace in the order of time, each below the call that made it. */
export function traceTree(calls: readonly CallRow[]): Trace {
  const ordered = [...calls].sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  const first = ordered[0];
  if (first === undefined) return { lines: [], length_ms: 0 };
  const begin = Date.parse(first.timestamp);
  const spans = new Map(ordered.map((call) => [spanOf(call), call]));
  const children = new Map<string | null, CallRow[]>();
  for (const call of ordered) {
    const parent = call.parent_id !== null && spans.has(call.parent_id) && call.parent_id !== spanOf(call);
    const key = parent ? call.parent_id : null;
    children.set(key, [...(children.get(key) ?? []), call]);
  }
  const lines: TraceLine[] = [];
  const seen = new Set<string>();
  const visit = (call: CallRow, depth: number) => {
    if (seen.has(call.id)) return;
    seen.add(call.id);
    lines.push({ call, depth, from_ms: Date.parse(call.timestamp) - begin });
    for (const child of children.get(spanOf(call)) ?? []) visit(child, depth + 1);
  };
  for (const root of children.get(null) ?? []) visit(root, 0);
  for (const call of ordered) visit(call, 0); // parents that name each other
  const ends = lines.map(({ call, from_ms }) => from_ms + call.latency_ms);
  return { lines, length_ms: Math.max(...ends, 1) };
}

/** The id of a span is its trace's, then its own. */
function spanOf({ id, trace_id: trace }: CallRow): string {
  return trace !== null && id.startsWith(trace) ? id.slice(trace.length).replace(/^[:-]/, "") : id;
}
