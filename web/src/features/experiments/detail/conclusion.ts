import type { Experiment, ExperimentVariant, Verdict } from "../../../api/experiments";
import { versionWord } from "../words";

/** The variant that the verdict would make the winner; null for none. */
export function suggestedWinner(
  verdict: Verdict | undefined,
  { variants }: Pick<Experiment, "variants">,
): string | null {
  if (verdict === undefined) return null;
  if (verdict.decision !== "ship" && verdict.decision !== "keep" && verdict.decision !== "equivalent") return null;
  const named = variants.find(({ id }) => id === verdict.variant_id);
  if (named !== undefined) return named.id;
  return verdict.decision === "ship" ? null : (variants.find(({ control }) => control)?.id ?? null);
}

/** What the button does: "Conclude and deploy greeting v2 to production". */
export function concludeWord(winner: ExperimentVariant | null, deploy: boolean, environment: string): string {
  if (winner === null) return "Conclude without a winner";
  return deploy ? `Conclude and deploy ${versionWord(winner)} to ${environment}` : `Conclude: ${winner.name} wins`;
}
