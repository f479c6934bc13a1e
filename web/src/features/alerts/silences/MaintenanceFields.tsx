import { Input, Switch, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useProject } from "../../../state/ProjectContext";
import { WeekdaysField } from "../../../ui/WeekdaysField";
import classes from "./Silences.module.css";
import type { SilenceValues } from "./values";

interface Props {
  form: UseFormReturnType<SilenceValues>;
  errorOf: (field: keyof SilenceValues) => string | null;
}

/** When maintenance is: once, or every week. */
export function MaintenanceFields({ form, errorOf }: Props) {
  const zone = useProject().time_zone.replaceAll("_", " ");
  const { weekly, weekdays } = form.values;
  return (
    <>
      <Switch
        size="xs"
        label="Every week"
        checked={weekly}
        onChange={(event) => form.setFieldValue("weekly", event.currentTarget.checked)}
      />
      {weekly && (
        <>
          <Input.Wrapper size="xs" label="Begins on" component="div" labelElement="div" error={errorOf("weekdays")}>
            <WeekdaysField
              label="Days it begins on"
              days={weekdays}
              onChange={(days) => form.setFieldValue("weekdays", days)}
            />
          </Input.Wrapper>
          <div className={classes["fields"]}>
            <TextInput size="xs" type="time" label={`From, ${zone}`} {...form.getInputProps("from")} />
            <TextInput
              size="xs"
              type="time"
              label="Until"
              description="Not later than its begin: on the day after."
              {...form.getInputProps("until")}
            />
          </div>
        </>
      )}
      <div className={classes["fields"]}>
        <TextInput
          size="xs"
          type="datetime-local"
          label={weekly ? `First day, ${zone}` : `Begins, ${zone}`}
          description="Empty: now."
          {...form.getInputProps("start")}
        />
        <TextInput
          size="xs"
          type="datetime-local"
          label={weekly ? "Last day" : "Ends"}
          description={weekly ? "Empty: until it is ended." : "In the project's time zone."}
          {...form.getInputProps("end")}
        />
      </div>
    </>
  );
}
