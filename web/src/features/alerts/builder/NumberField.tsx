import { NumberInput } from "@mantine/core";
import type { PartProps } from "./form";
import type { RuleValues, Typed } from "./values";

type NumberKey = { [Key in keyof RuleValues]: RuleValues[Key] extends Typed ? Key : never }[keyof RuleValues];

interface Props extends Omit<PartProps, "unit"> {
  field: NumberKey;
  label: string;
  description?: string;
  prefix?: string;
  suffix?: string;
  placeholder?: string;
  min?: number;
  max?: number;
  /** Of whole numbers only. */
  whole?: boolean;
}

/** A number of the rule; empty while there is none. */
export function NumberField({ form, errorOf, field, whole = false, ...shown }: Props) {
  const value: Typed = form.values[field];
  return (
    <NumberInput
      size="xs"
      clampBehavior="none"
      thousandSeparator=","
      allowDecimal={!whole}
      {...shown}
      value={value}
      error={errorOf(field)}
      onChange={(next) => form.setFieldValue(field, typeof next === "number" ? next : "")}
    />
  );
}
