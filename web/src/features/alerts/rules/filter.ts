import type { Rule } from "../../../api/alerts";

export const RULE_KINDS = [
  { value: "all", label: "All" },
  { value: "wrong", label: "Not OK" },
  { value: "failing", label: "Failing" },
  { value: "off", label: "Off" },
] as const;
export type RuleKind = (typeof RULE_KINDS)[number]["value"];

export function isKind(text: string | null): text is RuleKind {
  return RULE_KINDS.some(({ value }) => value === text);
}

type Sought = Pick<Rule, "name" | "metric" | "metric_label" | "phase" | "enabled"> & {
  health: Pick<Rule["health"], "status">;
};

/** Rules of a kind in which each word of `search` occurs; those that fire first. */
export function matching<One extends Sought>(rules: readonly One[], kind: RuleKind, search: string): One[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rules.filter(({ name, metric, metric_label: label }) => {
    const where = `${name} ${metric} ${label}`.toLowerCase();
    return words.every((word) => where.includes(word));
  });
  const fires = ({ phase, enabled }: One) => Number(enabled && phase === "firing");
  return found.filter((rule) => is(rule, kind)).sort((a, b) => fires(b) - fires(a));
}

function is({ phase, enabled, health }: Sought, kind: RuleKind): boolean {
  switch (kind) {
    case "all":
      return true;
    case "wrong":
      return enabled && phase !== "ok";
    case "failing":
      return health.status === "failing";
    case "off":
      return !enabled;
  }
}
