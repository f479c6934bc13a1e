import type { Params } from "../../api/client";
import type { Check } from "../../api/diagnosis";
import type { View } from "../../state/view";
import { promptPath } from "../../ui/promptPath";
import { callsParams } from "../dashboards/callsParams";

export interface Lead {
  label: string;
  path: string;
  params?: Params;
  /** What it is of, where that is not what the page is of. */
  of?: Partial<View>;
}

/** Pages on which what a check is about can be seen. */
const PLACES: Readonly<Record<string, Lead>> = {
  arrivals: { label: "Send a call by hand", path: "/start" },
  dropped: { label: "How calls are sent", path: "/start" },
  limit: { label: "Keys", path: "/settings/keys" },
  keys: { label: "Keys", path: "/settings/keys" },
  filters: { label: "Show all calls", path: "/calls", of: { prompts: [], environment: null } },
  range: { label: "Show the last 24 hours", path: "/", of: { range: { preset: "24h" } } },
  slower: { label: "Latency over time", path: "/performance" },
  failing: { label: "Diagnose the failures", path: "/diagnosis", params: { problem: "low-success" } },
  long_answers: { label: "Tokens over time", path: "/performance" },
  long_prompts: { label: "Tokens over time", path: "/performance" },
  first_token: { label: "Latency over time", path: "/performance" },
  queue: { label: "Where the time goes", path: "/performance" },
  network: { label: "Where the time goes", path: "/performance" },
  model: {
    label: "Compare the models",
    path: "/cohorts",
    params: { by: "model", metrics: "total_requests,p95_latency_ms,success_rate,cost_per_request_usd" },
  },
  cache: { label: "Suggestions", path: "/costs" },
  dearer: { label: "Spending", path: "/costs" },
  requests: {
    label: "Who sends them",
    path: "/cohorts",
    params: { by: "feature", metrics: "total_requests,unique_users,total_cost_usd" },
  },
  price: {
    label: "Cost by model",
    path: "/cohorts",
    params: { by: "model", metrics: "total_requests,total_cost_usd,cost_per_request_usd" },
  },
};

/** Of no interest while nothing is wrong with them. */
const QUIET: ReadonlySet<string> = new Set(["arrivals", "dropped", "limit", "keys", "filters", "range"]);

/** Where a check leads: to the calls it is about, its prompt, its versions, or the page that shows it. */
export function leadOf(check: Check): Lead | null {
  const { key, state, prompt_id: prompt, versions } = check;
  if (state === "unknown" || (state === "fine" && QUIET.has(key))) return null;
  if (prompt != null) {
    if (key === "versions" && versions !== undefined && versions.length > 1) {
      return { label: `Compare v${versions.join(" and v")}`, path: "/compare", of: { prompts: [prompt] } };
    }
    if (key === "rollback") return { label: `Roll ${prompt} back`, path: promptPath(prompt) };
    return { label: `Deployments of ${prompt}`, path: promptPath(prompt), params: { tab: "deployments" } };
  }
  const place = PLACES[key];
  if (place !== undefined) return place;
  return check.where.length === 0 || (state === "fine" && key !== "errors")
    ? null
    : { label: "See these calls", path: "/calls", params: callsParams(check.where) };
}
