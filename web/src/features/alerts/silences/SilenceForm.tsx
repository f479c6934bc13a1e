import { Button, Group, NativeSelect, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import type { Rule, Silence } from "../../../api/alerts";
import { ApiError } from "../../../api/client";
import { useWatchRead } from "../../../api/useWatchRead";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { useProject } from "../../../state/ProjectContext";
import { FormError } from "../../../ui/FormError";
import { SOURCE_WORD } from "../words";
import { MaintenanceFields } from "./MaintenanceFields";
import { MatchFields } from "./MatchFields";
import { bodyNow, fieldOf, LENGTHS, problemsOf, type SilenceValues } from "./values";

interface Props {
  begin: SilenceValues;
  onDone: () => void;
}

/** Whose alerts are kept quiet, and when. */
export function SilenceForm({ begin, onDone }: Props) {
  const { time_zone: zone } = useProject();
  const write = useWatchWrite<Silence>();
  const { data: rules = [] } = useWatchRead<Rule[]>("/rules");
  const form = useForm<SilenceValues>({
    mode: "controlled",
    initialValues: begin,
    validateInputOnChange: true,
    validate: (values) => problemsOf(values, Date.now(), zone),
  });
  const { values } = form;
  const errorOf = (field: keyof SilenceValues) => {
    const error = form.errors[field];
    return typeof error === "string" ? error : null;
  };
  const submit = () =>
    write.mutate(
      { path: "/silences", method: "POST", body: bodyNow(form.getValues(), zone) },
      {
        onSuccess: () => {
          notifications.show({ message: values.kind === "silence" ? "Silenced" : "Maintenance planned" });
          onDone();
        },
        onError: (error) => {
          const field = error instanceof ApiError && error.field !== null ? fieldOf(error.field) : null;
          if (field !== null) form.setFieldError(field, error.message);
        },
      },
    );
  const shownAt =
    write.error instanceof ApiError && write.error.field !== null && fieldOf(write.error.field) !== null
      ? [write.error.field]
      : [];
  const other = values.source !== null && values.source !== "rule";
  return (
    <form noValidate aria-label="Silence" onSubmit={form.onSubmit(submit)}>
      <Stack gap="sm">
        <SegmentedControl
          size="xs"
          aria-label="Kind"
          value={values.kind}
          data={[
            { value: "silence", label: "Silence" },
            { value: "maintenance", label: "Maintenance" },
          ]}
          onChange={(kind) => form.setFieldValue("kind", kind)}
        />
        <p style={{ margin: 0 }}>
          {values.kind === "silence"
            ? "Alerts are kept, but nobody is told. What still fires when it ends is told then."
            : "Planned work: nobody is told, and SLAs leave the time out."}
        </p>
        <NativeSelect
          size="xs"
          label="Alerts of"
          value={values.source_id ?? ""}
          error={errorOf("source_id")}
          data={[
            { value: "", label: "Everything" },
            ...(other && values.source !== null && values.source_id !== null
              ? [{ value: values.source_id, label: `${SOURCE_WORD[values.source]} ${values.source_name}` }]
              : []),
            ...rules.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => {
            const id = event.currentTarget.value;
            form.setFieldValue("source_id", id === "" ? null : id);
            form.setFieldValue("source", id === "" ? null : id === begin.source_id ? begin.source : "rule");
          }}
        />
        <MatchFields
          match={values.match}
          error={errorOf("match")}
          onChange={(match) => form.setFieldValue("match", match)}
        />
        {values.kind === "silence" ? (
          <NativeSelect
            size="xs"
            label="For"
            value={String(values.minutes)}
            data={LENGTHS.map(({ minutes, label }) => ({ value: String(minutes), label }))}
            onChange={(event) => form.setFieldValue("minutes", Number(event.currentTarget.value))}
          />
        ) : (
          <MaintenanceFields form={form} errorOf={errorOf} />
        )}
        <TextInput
          size="xs"
          label="Reason"
          placeholder="Who reads the list wants to know why"
          maxLength={300}
          {...form.getInputProps("reason")}
        />
        <FormError error={write.error} fields={shownAt} />
        <Group gap="xs" justify="flex-end">
          <Button size="xs" variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" size="xs" loading={write.isPending}>
            {values.kind === "silence" ? "Silence" : "Plan maintenance"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
