import type { Bill, ExperimentVariant } from "../../../api/experiments";

export interface BillLine {
  id: string;
  name: string;
  place: number;
  control: boolean;
  perRequest: number | null;
  usd: number | null;
  low: number | null;
  high: number | null;
  /** Against control, USD for 30 days; null for control and where something is not known. */
  saved: number | null;
}

/** The bill of each variant, in the experiment's order. */
export function billLines(bill: Bill, variants: readonly ExperimentVariant[]): BillLine[] {
  const of = new Map(bill.variants.map((line) => [line.variant_id, line]));
  const control = variants.find((variant) => variant.control);
  const base = control === undefined ? null : (of.get(control.id)?.usd ?? null);
  return variants.map(({ id, name, control: isControl }, place) => {
    const line = of.get(id);
    const usd = line?.usd ?? null;
    return {
      id,
      name,
      place,
      control: isControl,
      perRequest: line?.cost_per_request_usd ?? null,
      usd,
      low: line?.low ?? null,
      high: line?.high ?? null,
      saved: isControl || usd === null || base === null ? null : base - usd,
    };
  });
}
