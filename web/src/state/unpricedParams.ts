import type { UnpricedModel } from "../api/costs";
import { whereParam } from "./whereParam";

const REASONS = ["no_price", "no_usage"] as const;

/** The calls without a cost, as the figures count them; a call that failed and used nothing is none of them. */
export function unpricedParams(of: Partial<Pick<UnpricedModel, "provider" | "model" | "reason">> = {}): {
  where: string;
} {
  const named = (["provider", "model"] as const).flatMap((dimension) => {
    const value = of[dimension];
    return value === undefined ? [] : [{ dimension, op: "in" as const, values: [value] }];
  });
  const missing = { dimension: "cost_missing", op: "in" as const, values: of.reason ? [of.reason] : [...REASONS] };
  return { where: whereParam([missing, ...named]) };
}
