import type { UseFormReturnType } from "@mantine/form";
import type { Unit } from "../../../format/number";
import type { RuleValues } from "./values";

export type RuleFormState = UseFormReturnType<RuleValues>;

/** What every part of the form is given. */
export interface PartProps {
  form: RuleFormState;
  /** What is wrong with a field, as the form or the API says. */
  errorOf: (field: keyof RuleValues) => string | null;
  /** Of the metric. */
  unit: Unit;
}
