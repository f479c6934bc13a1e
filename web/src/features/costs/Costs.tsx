import { useState } from "react";
import type { Budget, Suggestion, UnpricedModel } from "../../api/costs";
import { useWindow } from "../../state/useWindow";
import grid from "../../ui/Grid.module.css";
import { Section } from "../../ui/Section";
import { BreakdownSection } from "./BreakdownSection";
import { BudgetsPanel } from "./BudgetsPanel";
import { ReconcilePanel } from "./ReconcilePanel";
import type { RepricingChoice } from "./RepricingForm";
import { RepricingPanel } from "./RepricingPanel";
import { SpendSection } from "./SpendSection";
import { SuggestionsSection } from "./SuggestionsSection";
import { UnpricedPanel } from "./UnpricedPanel";
import { useCostFigures } from "./useCostFigures";
import { useCostRead } from "./useCostRead";

/** What is spent and will be, on what, within which bounds, and how to spend less. */
export function Costs() {
  const { start, end } = useWindow();
  const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  const figures = useCostFigures();
  const budgets = useCostRead<Budget[]>("budgets");
  const unpriced = useCostRead<UnpricedModel[]>("unpriced", range);
  const suggestions = useCostRead<Suggestion[]>("suggestions", range);
  const [repricing, setRepricing] = useState<RepricingChoice | null>(null);
  const offer = ({ model, provider, first_at: first }: UnpricedModel) =>
    setRepricing({ model, provider, start: Date.parse(first) });
  return (
    <div className={grid["page"]}>
      <h1 className={grid["hidden"]}>Costs</h1>
      <SpendSection figures={figures} budgets={budgets.data ?? NONE} />
      <BudgetsPanel budgets={budgets} />
      <BreakdownSection totals={figures.totals} />
      <SuggestionsSection suggestions={suggestions} />
      <Section title="Is the cost right?">
        <UnpricedPanel unpriced={unpriced} onPriced={offer} />
        <RepricingPanel choice={repricing} onChoice={setRepricing} />
        <ReconcilePanel />
      </Section>
    </div>
  );
}

const NONE: readonly Budget[] = [];
