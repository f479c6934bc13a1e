/** What the top bar offers on a page. */
export interface Bar {
  /** The page shows traffic: where, when, live. */
  analysis: boolean;
  /** Its prompts are chosen in the bar. */
  choosesPrompts: boolean;
  /** It compares with the previous period. */
  compares: boolean;
}

const ANALYSIS: ReadonlySet<string> = new Set([
  "",
  "performance",
  "compare",
  "cohorts",
  "prompts",
  "calls",
  "quality",
  "costs",
  "diagnosis",
]);
const COMPARING: ReadonlySet<string> = new Set(["", "performance", "costs"]);

export function barOf(pathname: string): Bar {
  const [page = "", name = ""] = pathname.split("/").slice(1);
  return {
    // a list of dashboards is of no time; a dashboard is
    analysis: ANALYSIS.has(page) || (page === "dashboards" && name !== ""),
    choosesPrompts: page !== "prompts",
    compares: COMPARING.has(page) || (page === "prompts" && name !== ""),
  };
}
