export const TABS = ["metrics", "versions", "deployments", "calls", "experiments", "use"] as const;
export type Tab = (typeof TABS)[number];

export const TAB_WORD: Record<Tab, string> = {
  metrics: "Metrics",
  versions: "Versions",
  deployments: "Deployments",
  calls: "Calls",
  experiments: "Experiments",
  use: "Use it",
};

/** Tabs of a prompt that only calls know. */
export const UNREGISTERED_TABS: readonly Tab[] = ["metrics", "calls"];

/** The tab of an address, the first where it names none that there is. */
export function tabOf(params: URLSearchParams, tabs: readonly Tab[]): Tab {
  return tabs.find((tab) => tab === params.get("tab")) ?? "metrics";
}

/** The address with another tab, or with what a tab shows changed; null takes a parameter away. */
export function withTab(params: URLSearchParams, tab: Tab, extra: Record<string, number | null> = {}): URLSearchParams {
  const next = new URLSearchParams(params);
  if (tab === "metrics") next.delete("tab");
  else next.set("tab", tab);
  const shown: Record<string, number | null> = { v: null, with: null, ...extra };
  for (const [name, value] of Object.entries(shown)) {
    if (value === null) next.delete(name);
    else next.set(name, String(value));
  }
  return next;
}

/** A number in the address; null where there is none. */
export function numberIn(params: URLSearchParams, name: string): number | null {
  const text = params.get(name) ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
