import { useFormulaCheck } from "../../api/useFormulaCheck";
import { FormulaInput } from "./FormulaInput";

interface Props {
  label: string;
  /** With the `=` that tells it from a metric's key. */
  value: string;
  onChange: (value: string) => void;
}

/** A formula in place of a metric. */
export function FormulaOfQuery({ label, value, onChange }: Props) {
  const formula = value.replace(/^=\s?/, "");
  const check = useFormulaCheck(formula);
  return <FormulaInput label={label} value={formula} onChange={(text) => onChange(`=${text}`)} check={check} />;
}
