import { NativeSelect } from "@mantine/core";
import type { Sensitivity } from "../../../api/alerts";
import { UNIT_MARKS } from "../unitMarks";
import classes from "./Builder.module.css";
import type { PartProps } from "./form";
import { NumberField } from "./NumberField";
import type { ConditionChoice, RuleValues } from "./values";

const CHOICES: readonly { value: ConditionChoice; label: string }[] = [
  { value: "above", label: "is above" },
  { value: "below", label: "is below" },
  { value: "rises", label: "rises by more than" },
  { value: "falls", label: "falls by more than" },
  { value: "more", label: "is more than × normal" },
  { value: "less", label: "is less than × normal" },
  { value: "band", label: "leaves its normal band" },
  { value: "no_data", label: "no calls at all" },
];

const AGAINST = [
  { value: "week", label: "the same time last week" },
  { value: "previous", label: "the window before" },
];

const SENSITIVITIES: readonly { value: Sensitivity; label: string }[] = [
  { value: "low", label: "Low: only what is far out" },
  { value: "medium", label: "Medium" },
  { value: "high", label: "High: also what is a little out" },
];

const DIRECTIONS = [
  { value: "both", label: "above or below it" },
  { value: "above", label: "above it" },
  { value: "below", label: "below it" },
];

/** When the value is wrong: the kind of condition, and what that kind needs. */
export function ConditionFields({ form, errorOf, unit }: PartProps) {
  const { condition } = form.values;
  const part = { form, errorOf };
  const changes = condition === "rises" || condition === "falls";
  const percent = form.values.change_unit === "percent";
  return (
    <div className={classes["fields"]}>
      <div className={classes["pair"]}>
        <NativeSelect
          size="xs"
          label="Condition"
          data={[...CHOICES]}
          {...form.getInputProps("condition")}
          error={errorOf("condition")}
        />
        {(condition === "above" || condition === "below") && (
          <NumberField {...part} field="value" label="Threshold" {...UNIT_MARKS[unit]} />
        )}
        {changes && (
          <NumberField
            {...part}
            field="value"
            label="Change"
            min={0}
            {...(percent ? { suffix: " %" } : UNIT_MARKS[unit])}
          />
        )}
        {(condition === "more" || condition === "less") && (
          <NumberField {...part} field="factor" label="Times normal" min={0} placeholder="2" />
        )}
        {condition === "band" && (
          <NativeSelect
            size="xs"
            label="Sensitivity"
            data={[...SENSITIVITIES]}
            value={form.values.sensitivity}
            error={errorOf("sensitivity")}
            onChange={({ currentTarget: { value } }) => {
              const chosen = SENSITIVITIES.find((one) => one.value === value);
              if (chosen !== undefined) form.setFieldValue("sensitivity", chosen.value);
            }}
          />
        )}
        {condition === "no_data" && (
          <NumberField {...part} field="no_data_minutes" label="For minutes" min={1} whole suffix=" min" />
        )}
      </div>
      {changes && (
        <div className={classes["pair"]}>
          <NativeSelect
            size="xs"
            label="Measured in"
            data={[
              { value: "percent", label: "percent of the former value" },
              { value: "absolute", label: "the metric's own unit" },
            ]}
            {...form.getInputProps("change_unit")}
          />
          <NativeSelect size="xs" label="Compared with" data={AGAINST} {...form.getInputProps("against")} />
        </div>
      )}
      {condition === "band" && (
        <NativeSelect
          size="xs"
          label="It fires when the value is"
          data={DIRECTIONS}
          {...form.getInputProps("direction")}
        />
      )}
      {HINTS[condition] !== undefined && <p className={classes["hint"]}>{HINTS[condition]}</p>}
    </div>
  );
}

const NORMAL = "Normal is learnt from the same hour of the weeks before, in the project's time zone.";
const HINTS: Partial<Record<RuleValues["condition"], string>> = {
  more: NORMAL,
  less: NORMAL,
  band: NORMAL,
  no_data: "Fires when no call that meets the filters has come for so long.",
};
