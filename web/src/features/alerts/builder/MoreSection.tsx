import { NativeSelect, Textarea } from "@mantine/core";
import { useFields } from "../../../api/useFields";
import { FilterFields } from "../../../ui/filter/FilterFields";
import { GroupFields } from "../../../ui/filter/GroupFields";
import { UNIT_MARKS } from "../unitMarks";
import classes from "./Builder.module.css";
import type { PartProps } from "./form";
import { NumberField } from "./NumberField";
import { QuietFields } from "./QuietFields";
import { takesRecoveryValue, type ConditionChoice } from "./values";

const MOST_BY = 2;
const ON_NO_DATA = [
  { value: "ok", label: "That is fine" },
  { value: "keep", label: "Stay as it is" },
  { value: "alert", label: "That is wrong, too: fire" },
];

interface Props extends PartProps {
  opened: boolean;
  onToggle: (opened: boolean) => void;
}

/** What a rule needs less often: of which calls, how it is measured, when it is over, when it is quiet, what to do. */
export function MoreSection({ form, errorOf, unit, opened, onToggle }: Props) {
  const { data } = useFields();
  const { values } = form;
  const part = { form, errorOf };
  return (
    <details
      className={classes["more"]}
      open={opened}
      onToggle={(event) => {
        if (event.currentTarget.open !== opened) onToggle(event.currentTarget.open);
      }}
    >
      <summary>
        More
        <span className={classes["hint"]}>filters, groups, window, recovery, missing data, quiet hours, runbook</span>
      </summary>
      <div className={classes["body"]}>
        <FilterFields
          where={values.where}
          error={errorOf("where")}
          onChange={(where) => form.setFieldValue("where", where)}
        />
        <GroupFields
          label="Each value of … on its own"
          by={values.by}
          most={MOST_BY}
          needed={0}
          dimensions={data?.dimensions ?? []}
          error={errorOf("by") ?? undefined}
          onChange={(by) => form.setFieldValue("by", by)}
        />
        {values.by.length > 0 && (
          <NumberField
            {...part}
            field="series_limit"
            label="Series at most"
            description="Those with the most calls are watched."
            min={1}
            max={100}
            whole
          />
        )}
        <div className={classes["pair"]}>
          {values.condition !== "no_data" && (
            <NumberField
              {...part}
              field="window_minutes"
              label="Window"
              description="Each value is of so much time."
              suffix=" min"
              min={1}
              whole
            />
          )}
          <NumberField
            {...part}
            field="minimum_samples"
            label="Minimum samples"
            description="With fewer calls nothing fires."
            min={0}
            whole
          />
        </div>
        <div className={classes["pair"]}>
          <NumberField
            {...part}
            field="recovery_minutes"
            label="Recovery duration"
            description="How long it must be over before it is resolved."
            suffix=" min"
            min={0}
            whole
          />
          {takesRecoveryValue(values.condition) && (
            <NumberField
              {...part}
              field="recovery_value"
              label="Recovery threshold"
              description="It is over past this number; empty: past the condition's own."
              {...recoveryMarks(values.condition, values.change_unit === "percent" ? "percent" : unit, unit)}
            />
          )}
        </div>
        <div className={classes["pair"]}>
          {values.condition !== "no_data" && (
            <NativeSelect
              size="xs"
              label="When there is no data"
              description="No call in a window."
              data={ON_NO_DATA}
              {...form.getInputProps("on_no_data")}
              error={errorOf("on_no_data")}
            />
          )}
          <NumberField
            {...part}
            field="renotify_minutes"
            label="Remind every"
            description="While it fires; empty: never."
            suffix=" min"
            min={5}
            whole
          />
        </div>
        <QuietFields
          quiet={values.quiet_hours}
          error={errorOf("quiet_hours")}
          onChange={(quiet) => form.setFieldValue("quiet_hours", quiet)}
        />
        <Textarea
          size="xs"
          label="Runbook"
          description="What to do; it is sent with the message."
          autosize
          minRows={3}
          maxRows={14}
          {...form.getInputProps("runbook")}
          error={errorOf("runbook")}
        />
        <Textarea
          size="xs"
          label="Description"
          autosize
          minRows={2}
          maxRows={8}
          {...form.getInputProps("description")}
          error={errorOf("description")}
        />
      </div>
    </details>
  );
}

function recoveryMarks(condition: ConditionChoice, change: keyof typeof UNIT_MARKS, unit: keyof typeof UNIT_MARKS) {
  if (condition === "more" || condition === "less") return { suffix: " times" };
  return UNIT_MARKS[condition === "rises" || condition === "falls" ? change : unit];
}
