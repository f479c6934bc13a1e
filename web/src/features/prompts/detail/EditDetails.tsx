import { Button, Group, Modal, Stack, TagsInput, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Prompt } from "../../../api/types";
import { errorAtField } from "../../../ui/errorAtField";
import { FormError } from "../../../ui/FormError";
import { useRegistryChange } from "../useRegistryChange";

/** Description and tags; the name and the type never change. */
export function EditDetails({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const save = useRegistryChange<Prompt>();
  const form = useForm({
    mode: "controlled",
    initialValues: { description: prompt.description, tags: prompt.tags },
    validateInputOnChange: true,
    validate: { description: (text) => (text.length > 2000 ? "At most 2,000 characters" : null) },
  });
  const submit = (body: typeof form.values) =>
    save.mutate(
      { path: `/prompts/${prompt.id}`, method: "PATCH", body },
      { onSuccess: onClose, onError: (error) => errorAtField(form, error) },
    );
  return (
    <Modal opened onClose={onClose} title={`Details of ${prompt.name}`}>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack gap="sm">
          <Textarea label="Description" autosize minRows={2} data-autofocus {...form.getInputProps("description")} />
          <TagsInput label="Tags" {...form.getInputProps("tags")} />
          <FormError error={save.error} fields={["description", "tags"]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              Save details
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
