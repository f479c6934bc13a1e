/** What the top bar offers on a page. */
export interface Bar {
  /** The page shows traffic: where, when, live. */
  analysis: boolean;
  /** Its prompts are chosen in the bar. */
  choosesPrompts: boolean;
  /** It compares with the previous period. */
  compares: boolean;
}

export function barOf(pathname: string): Bar {
  const [page = "", name = ""] = pathname.split("/").slice(1);
  return {
    analysis: ["", "calls", "prompts"].includes(page),
    choosesPrompts: page !== "prompts",
    compares: page === "" || (page === "prompts" && name !== ""),
  };
}
