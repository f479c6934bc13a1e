import { Alert, Button, Checkbox, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Scope } from "../../api/types";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { Snippet } from "../../ui/Snippet";
import { SCOPES } from "./scopes";
import { useCreateKey } from "./useCreateKey";

const ALL = Object.entries(SCOPES) as [Scope, (typeof SCOPES)[Scope]][];

export function NewKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const create = useCreateKey();
  const form = useForm<{ name: string; scopes: Scope[] }>({
    mode: "controlled",
    initialValues: { name: "", scopes: ["ingest"] },
    validateInputOnChange: true,
    validate: {
      name: (name) =>
        name.trim() === "" ? "Say what the key is for" : name.length > 100 ? "At most 100 characters" : null,
      scopes: (scopes) => (scopes.length === 0 ? "Choose what it may do" : null),
    },
  });
  const close = () => {
    onClose();
    create.reset();
    form.reset();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={create.data === undefined ? "New API key" : `Key “${create.data.name}”`}
    >
      {create.data === undefined ? (
        <form
          onSubmit={form.onSubmit((values) => create.mutate(values, { onError: (error) => errorAtField(form, error) }))}
        >
          <Stack gap="sm">
            <TextInput
              label="Name"
              description="What it is for, such as the program that uses it."
              data-autofocus
              {...form.getInputProps("name")}
            />
            <Checkbox.Group label="It may" {...form.getInputProps("scopes")}>
              <Stack gap={8} mt={6}>
                {ALL.map(([scope, { label, description }]) => (
                  <Checkbox key={scope} value={scope} label={label} description={description} />
                ))}
              </Stack>
            </Checkbox.Group>
            <FormError error={create.error} fields={["name", "scopes"]} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending}>
                Create key
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          <Alert variant="light">Copy it now: it is shown only this once.</Alert>
          <Snippet code={create.data.key} label="API key" />
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
