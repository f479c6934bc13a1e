import type { Experiment } from "../../../api/experiments";
import { useClock } from "../../../state/ClockContext";
import { useHref } from "../../../state/useHref";

/** The page with the calls of a variant since the start of the experiment; null of all its variants. */
export function useCallsHref(experiment: Experiment) {
  const href = useHref();
  const { now } = useClock();
  const start = experiment.started_at === null ? now - 86_400_000 : Date.parse(experiment.started_at);
  const end = experiment.concluded_at === null ? now + 60_000 : Date.parse(experiment.concluded_at);
  const range = { start: Math.floor(start / 1000) * 1000, end: Math.max(Math.ceil(end / 1000) * 1000, start + 60_000) };
  return (variantId: string | null) =>
    href("/calls", { experiment_id: experiment.id, variant_id: variantId }, { range, prompts: [], environment: null });
}
