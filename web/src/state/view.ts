import { PRESETS, type Preset, type Range } from "./range";

/** Everything the top bar decides; the address holds it, so a link reproduces the view. */
export interface View {
  project: string | null;
  range: Range;
  /** None is all prompts, one is that prompt, two or three are compared. null is "no prompt id". */
  prompts: (string | null)[];
  environment: string | null;
  live: boolean;
  /** Compare with the period before. */
  previous: boolean;
}

export const MAX_COMPARED = 3;
export const VIEW_PARAMS = ["project", "range", "start", "end", "prompt", "env", "live", "previous"] as const;
const DEFAULT_RANGE: Range = { preset: "24h" };

/** Read the view from an address. What cannot be read falls back to its default. */
export function parseView(params: URLSearchParams): View {
  return {
    project: params.get("project"),
    range: parseRange(params),
    prompts: [...new Set(params.getAll("prompt"))]
      .slice(0, MAX_COMPARED)
      .map((prompt) => (prompt === "" ? null : prompt)),
    environment: params.get("env"),
    live: params.get("live") === "1",
    previous: params.get("previous") !== "0",
  };
}

/**
 * Write the view into an address; defaults are left out and parameters that are not the view's are kept. An address that
 * says its range goes on saying it: there are pages that open with another one.
 */
export function writeView(view: View, into: URLSearchParams = new URLSearchParams()): URLSearchParams {
  const params = new URLSearchParams(into);
  const said = hasRange(into);
  for (const name of VIEW_PARAMS) params.delete(name);
  if (view.project !== null) params.set("project", view.project);
  if (!("preset" in view.range)) {
    params.set("start", new Date(view.range.start).toISOString());
    params.set("end", new Date(view.range.end).toISOString());
  } else if (said || view.range.preset !== "24h") params.set("range", view.range.preset);
  for (const prompt of view.prompts) params.append("prompt", prompt ?? "");
  if (view.environment !== null) params.set("env", view.environment);
  if (view.live) params.set("live", "1");
  if (!view.previous) params.set("previous", "0");
  return params;
}

/** Whether an address says its range, so that it is not a page's own. */
export function hasRange(params: URLSearchParams): boolean {
  return params.has("range") || params.has("start");
}

function parseRange(params: URLSearchParams): Range {
  const start = Date.parse(params.get("start") ?? "");
  const end = Date.parse(params.get("end") ?? "");
  if (start < end) return { start, end };
  const preset = params.get("range");
  return isPreset(preset) ? { preset } : DEFAULT_RANGE;
}

function isPreset(text: string | null): text is Preset {
  return (PRESETS as readonly (string | null)[]).includes(text);
}
