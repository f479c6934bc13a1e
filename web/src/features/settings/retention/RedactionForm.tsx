import { ActionIcon, Alert, Button, Group, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Redaction } from "../../../api/types";
import { format } from "../../../format/number";
import { useProject } from "../../../state/ProjectContext";
import { errorAtField } from "../../../ui/errorAtField";
import { FormError } from "../../../ui/FormError";
import classes from "../Settings.module.css";
import { useSettingsChange } from "../useSettingsChange";
import { RedactionPreview } from "./RedactionPreview";

const MOST = 20;

/** What is taken out of texts; the preview below tries what is on the form, saved or not. */
export function RedactionForm({ redaction, mayEdit }: { redaction: Redaction; mayEdit: boolean }) {
  const { id } = useProject();
  const save = useSettingsChange<Redaction>("redaction");
  const form = useForm({
    mode: "controlled",
    initialValues: {
      api_keys: redaction.api_keys,
      card_numbers: redaction.card_numbers,
      patterns: redaction.patterns.map(({ name, pattern }) => ({ name, pattern })),
    },
    onValuesChange: () => {
      if (save.isError) save.reset();
    },
  });
  const { patterns } = form.values;
  const counted = (name: string) => {
    const n = redaction.replaced[name];
    return n === undefined ? "Nothing replaced yet" : `${format(n, "count")} replaced so far`;
  };
  const submit = (body: typeof form.values) =>
    save.mutate(
      { path: "/retention/redaction", method: "PUT", params: { project: id }, body },
      {
        onSuccess: () => {
          form.resetDirty(body);
          notifications.show({ message: "Redaction saved" });
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  const fields = patterns.flatMap((_, i) => [`patterns.${i}.name`, `patterns.${i}.pattern`]);
  return (
    <form className={classes["form"]} onSubmit={form.onSubmit(submit)} noValidate>
      <Text size="sm">
        Taken out of inputs, outputs, error messages, properties, scores and events before anything is stored. Texts
        that are stored already stay as they are.
      </Text>
      {!mayEdit && <Alert variant="light">Only admins change these.</Alert>}
      <Switch
        label="API keys, tokens and private keys"
        description={counted("api_keys")}
        disabled={!mayEdit}
        {...form.getInputProps("api_keys", { type: "checkbox" })}
      />
      <Switch
        label="Card numbers"
        description={counted("card_numbers")}
        disabled={!mayEdit}
        {...form.getInputProps("card_numbers", { type: "checkbox" })}
      />
      {patterns.map(({ name }, i) => (
        <Group key={i} gap="xs" align="flex-start">
          <TextInput
            label="Name"
            description={counted(name)}
            placeholder="customer_numbers"
            flex="1 1 140px"
            disabled={!mayEdit}
            {...form.getInputProps(`patterns.${i}.name`)}
          />
          <TextInput
            label="Pattern"
            description="Regular expression"
            placeholder="cust-\d{6,10}"
            flex="2 1 180px"
            disabled={!mayEdit}
            {...form.getInputProps(`patterns.${i}.pattern`)}
          />
          {mayEdit && (
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={46}
              aria-label={`Remove pattern ${name === "" ? i + 1 : name}`}
              onClick={() => form.removeListItem("patterns", i)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      <FormError error={save.error} fields={fields} />
      {mayEdit && (
        <Group gap="xs">
          <Button type="submit" size="xs" loading={save.isPending} disabled={!form.isDirty()}>
            Save redaction
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            disabled={patterns.length >= MOST}
            onClick={() => form.insertListItem("patterns", { name: "", pattern: "" })}
          >
            Add pattern
          </Button>
        </Group>
      )}
      {mayEdit && <RedactionPreview redaction={form.values} />}
    </form>
  );
}
