/** Places in the palette; the theme turns one into a colour for light or dark (charts/palette.ts). */
export const PALETTE_SIZE = 8;

/**
 * A palette place for each series identity. An identity has its own place (from its text), so it keeps its colour
 * on every chart and page; only when two shown together would collide does the later one move on.
 */
export function assignColours(identities: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const taken = new Set<number>();
  for (const identity of [...new Set(identities)].sort()) {
    let place = FIXED[identity] ?? hash(identity) % PALETTE_SIZE;
    if (taken.size < PALETTE_SIZE) while (taken.has(place)) place = (place + 1) % PALETTE_SIZE;
    taken.add(place);
    places.set(identity, place);
  }
  return places;
}

/** Metrics drawn together have places chosen by eye. */
const FIXED: Record<string, number> = {
  total_requests: 0,
  success_rate: 0,
  total_cost_usd: 6,
  p50_latency_ms: 2,
  p95_latency_ms: 0,
  p99_latency_ms: 1,
  input_tokens: 0,
  output_tokens: 1,
  fresh_input_tokens: 0,
  cached_input_tokens: 5,
  plain_output_tokens: 1,
  reasoning_tokens: 4,
  avg_tokens_per_request: 7,
  part_llm_ms: 0,
  part_network_ms: 2,
  part_queue_ms: 4,
  part_other_ms: 7,
  errors_4xx: 4,
  errors_5xx: 3,
  errors_llm: 1,
  cost_per_request_usd: 6,
  timeout_errors: 4,
  rate_limit_errors: 6,
  model_errors: 1,
  validation_errors: 0,
  system_errors: 3,
  other_errors: 7,
};

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
