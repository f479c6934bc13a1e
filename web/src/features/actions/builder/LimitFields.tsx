import { TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import classes from "../Actions.module.css";
import type { PolicyValues } from "./values";

const LIMITS = [
  ["minimum_samples", "Calls before it acts", "Since the condition began to hold."],
  ["cooldown_minutes", "Minutes between two acts", "Of this policy."],
  ["daily_cap", "Acts a day, at most", "Days of the project's time zone."],
  ["watch_minutes", "Minutes to recover", "If the alert still fires then, the incident escalates."],
] as const;

/** How often and on how much evidence a policy may act. */
export function LimitFields({ form }: { form: UseFormReturnType<PolicyValues> }) {
  return (
    <div className={classes["fields"]}>
      {LIMITS.map(([field, label, description]) => (
        <TextInput
          key={field}
          size="xs"
          label={label}
          description={description}
          inputMode="numeric"
          {...form.getInputProps(field)}
        />
      ))}
    </div>
  );
}
