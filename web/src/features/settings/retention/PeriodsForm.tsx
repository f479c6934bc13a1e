import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { Expiring, Periods } from "../../../api/types";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { errorAtField } from "../../../ui/errorAtField";
import { FormError } from "../../../ui/FormError";
import classes from "../Settings.module.css";
import { useSettingsChange } from "../useSettingsChange";
import { daysOf, faultOf, KEPT, told, wantedOf, type Days } from "./periods";
import { PeriodsPreview } from "./PeriodsPreview";

const FIELDS = KEPT.map(({ key }) => key);

/** How long what is kept. What would be deleted is shown before it can be saved. */
export function PeriodsForm({ periods, mayEdit }: { periods: Periods; mayEdit: boolean }) {
  const api = useApi();
  const { id, time_zone: zone } = useProject();
  const params = { project: id };
  const save = useSettingsChange<Periods>("periods");
  const preview = useMutation<Expiring, Error, Days>({
    mutationFn: async (days) =>
      (await api<Expiring>("/retention/periods/preview", { method: "POST", params, body: wantedOf(days) })).data,
  });
  const form = useForm<Days>({
    mode: "controlled",
    initialValues: daysOf(periods),
    validate: Object.fromEntries(KEPT.map(({ key, shortest }) => [key, (text: string) => faultOf(text, shortest)])),
    onValuesChange: () => {
      preview.reset();
      save.reset();
    },
  });
  const refused = (error: Error) => errorAtField(form, error);
  const store = () =>
    save.mutate(
      { path: "/retention/periods", method: "PUT", params, body: wantedOf(form.values) },
      {
        onSuccess: () => {
          form.resetDirty(form.values);
          preview.reset();
          notifications.show({ message: "Periods saved" });
        },
        onError: refused,
      },
    );
  return (
    <form
      className={classes["form"]}
      onSubmit={form.onSubmit((days) => preview.mutate(days, { onError: refused }))}
      noValidate
    >
      <Text size="sm">
        Days that are kept; an empty field keeps for ever, and that is how a project begins. What is older is deleted
        once a day and does not come back. All totals stay what they were.
      </Text>
      {!mayEdit && <Alert variant="light">Only admins change these.</Alert>}
      {KEPT.map(({ key, label, description }) => (
        <TextInput
          key={key}
          label={label}
          description={description}
          placeholder="For ever"
          inputMode="numeric"
          rightSection={
            <Text size="sm" c="var(--pp-muted)" aria-hidden>
              days
            </Text>
          }
          rightSectionWidth={52}
          disabled={!mayEdit}
          {...form.getInputProps(key)}
        />
      ))}
      <FormError error={preview.error ?? save.error} fields={FIELDS} />
      {mayEdit && preview.data === undefined && (
        <Group gap="xs">
          <Button type="submit" size="xs" loading={preview.isPending} disabled={!form.isDirty()}>
            Show what would be deleted
          </Button>
        </Group>
      )}
      {preview.data !== undefined && (
        <PeriodsPreview
          found={preview.data}
          saving={save.isPending}
          onSave={store}
          onBack={() => {
            form.setValues(daysOf(periods));
            preview.reset();
          }}
        />
      )}
      <Text size="sm" c="var(--pp-muted)">
        {told(periods, zone)}
        {periods.kept_from.calls !== null &&
          ` Calls before ${formatTime(periods.kept_from.calls, "date", "UTC")} are gone.`}
      </Text>
      {periods.run.error !== null && (
        <Alert color="red" variant="light" role="alert">
          Deletion is tried again: {periods.run.error}
        </Alert>
      )}
    </form>
  );
}
