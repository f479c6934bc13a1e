import { NumberInput, Switch } from "@mantine/core";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";
import { Locked } from "./Locked";
import type { Locks } from "./locks";
import { DEFAULTS } from "./values";

interface Props {
  form: ExperimentFormState;
  locks: Locks;
}

const FIELDS = [
  {
    field: "alpha",
    label: "False alarms",
    description: "Tolerated chance to see a difference that is not there.",
    suffix: " %",
  },
  {
    field: "power",
    label: "Power",
    description: "Chance to find the smallest effect worth having, if it is there.",
    suffix: " %",
  },
  { field: "min_units", label: "Smallest sample", description: "Of each variant, before any verdict.", suffix: "" },
  {
    field: "min_days",
    label: "Shortest run",
    description: "Before any verdict. A week shows all weekdays.",
    suffix: " days",
  },
] as const;

/** What most leave as it is. */
export function AnalysisSection({ form, locks }: Props) {
  const locked = locks.is("analysis");
  const { alpha, power, min_units: units } = form.values;
  const wrong = FIELDS.some(({ field }) => form.errors[field] !== undefined);
  return (
    <details className={classes["advanced"]} open={wrong || undefined}>
      <summary>
        Advanced{" "}
        <span className={classes["hint"]}>
          false alarms {alpha} %, power {power} %, at least {units} {form.values.unit}s
        </span>
      </summary>
      <div className={classes["fields"]}>
        <Locked locks={locks} part="analysis" />
        <div className={classes["pair"]}>
          {FIELDS.map(({ field, label, description, suffix }) => (
            <NumberInput
              key={field}
              label={label}
              description={description}
              suffix={suffix}
              placeholder={`${DEFAULTS[field]}${suffix}`}
              hideControls
              disabled={locked}
              {...form.getInputProps(field)}
              onChange={(value) => form.setFieldValue(field, typeof value === "number" ? value : "")}
            />
          ))}
        </div>
        <Switch
          label="Use what is known from before (CUPED)"
          description="Where people were seen before the experiment, their differences are taken out: the same answer with fewer people."
          disabled={locked}
          {...form.getInputProps("variance_reduction", { type: "checkbox" })}
        />
      </div>
    </details>
  );
}
