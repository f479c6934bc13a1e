import { Checkbox, Input, NativeSelect, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useProject } from "../../state/ProjectContext";
import { WEEKDAYS } from "../../ui/weekdays";
import { WeekdaysField } from "../../ui/WeekdaysField";
import classes from "./Reports.module.css";
import type { ReportValues } from "./values";

const KINDS = [
  { value: "daily", label: "Every day, about the day before" },
  { value: "weekly", label: "Every week, about the seven days before" },
  { value: "monthly", label: "Every month, about the month before" },
  { value: "custom", label: "On days of your choice" },
];
const COVERS = [
  { value: "since_last", label: "The days since the last report" },
  { value: "day", label: "The day before" },
  { value: "week", label: "The seven days before" },
  { value: "month", label: "The calendar month before" },
];

/** When a report is made, and what it is about. */
export function ScheduleFields({ form }: { form: UseFormReturnType<ReportValues> }) {
  const { time_zone: zone } = useProject();
  const { values, errors } = form;
  return (
    <>
      <NativeSelect size="xs" label="Sent" data={KINDS} {...form.getInputProps("kind")} />
      {values.kind === "custom" && (
        <Input.Wrapper size="xs" label="Days" component="div" labelElement="div" error={errors["weekdays"]}>
          <WeekdaysField
            label="Days"
            days={values.weekdays}
            onChange={(weekdays) => form.setFieldValue("weekdays", weekdays)}
          />
          <Checkbox
            size="xs"
            mt={8}
            label="Only the first of these days in each month"
            {...form.getInputProps("firstOfMonth", { type: "checkbox" })}
          />
        </Input.Wrapper>
      )}
      <div className={classes["fields"]}>
        {values.kind === "weekly" && (
          <NativeSelect
            size="xs"
            label="On"
            data={WEEKDAYS.map(({ day, name }) => ({ value: String(day), label: name }))}
            {...form.getInputProps("weekday")}
          />
        )}
        {values.kind === "monthly" && (
          <TextInput size="xs" label="On day" inputMode="numeric" {...form.getInputProps("day")} />
        )}
        <TextInput size="xs" type="time" label={`At (${zone})`} {...form.getInputProps("time")} />
        {values.kind === "custom" && (
          <NativeSelect size="xs" label="About" data={COVERS} {...form.getInputProps("covers")} />
        )}
      </div>
    </>
  );
}
