import { scoreReference } from "../../ui/formula/scoreReference";
import type { ScoreSummary } from "./shapes";

/** Texts drawn apart; the others are left out of the chart and said so. */
export const MOST_TEXTS = 6;

export interface ScoreLine {
  /** As it is asked. */
  formula: string;
  label: string;
}

/** What is drawn over time of a score: its mean, the percent of true, or the percent of each text. */
export function scoreLines({ name, type, shares }: Pick<ScoreSummary, "name" | "type" | "shares">): ScoreLine[] {
  const field = scoreReference(name);
  switch (type) {
    case "numeric":
      return [{ formula: `=avg(${field})`, label: `Mean ${name}` }];
    case "boolean":
      return [{ formula: `=100 * count(${field} = true) / count(${field})`, label: `${name}, % true` }];
    case "categorical":
      return shares.slice(0, MOST_TEXTS).map(({ text }) => ({
        formula: `=100 * count(${field} = ${quoted(text)}) / count(${field})`,
        label: text,
      }));
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
