import type { Problem } from "../../api/diagnosis";

export interface Described {
  problem: Problem;
  title: string;
  /** What is looked at. */
  hint: string;
  /** Where it is worth going next, whatever was found. */
  next: readonly { to: string; label: string }[];
}

/** The problems that can be diagnosed, as people name them. */
export const PROBLEMS: readonly Described[] = [
  {
    problem: "metrics-not-updating",
    title: "Metrics are not updating",
    hint: "Arrivals, keys, deployments, filters",
    next: [
      { to: "/start", label: "Send a call by hand" },
      { to: "/settings/keys", label: "API keys" },
      { to: "/prompts", label: "What is deployed" },
      { to: "/alerts/new", label: "Alert me when no calls arrive" },
    ],
  },
  {
    problem: "high-latency",
    title: "High latency, few errors",
    hint: "Models, length of prompts and answers, caches, queues",
    next: [
      { to: "/performance", label: "Latency over time" },
      { to: "/costs", label: "Shorter prompts, caches: suggestions" },
      { to: "/experiments/new", label: "Try a faster model as an experiment" },
    ],
  },
  {
    problem: "high-costs",
    title: "Costs higher than expected",
    hint: "Requests, token bloat, verbose answers, prices",
    next: [
      { to: "/costs", label: "Spending and suggestions" },
      { to: "/settings/prices", label: "Prices" },
      { to: "/quality", label: "Quality, before prompts are cut" },
    ],
  },
  {
    problem: "low-success",
    title: "Success rate dropped",
    hint: "Deployments, errors, versions, rollback",
    next: [
      { to: "/incidents", label: "Open incidents" },
      { to: "/performance", label: "Errors over time" },
      { to: "/prompts", label: "Prompts and their versions" },
    ],
  },
];

/** The problem of an address; null where it names none that there is. */
export function problemOf(params: URLSearchParams): Described | null {
  return PROBLEMS.find(({ problem }) => problem === params.get("problem")) ?? null;
}
