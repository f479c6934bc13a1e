import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import { SESSION } from "../../api/keys";
import type { Project } from "../../api/types";
import { useView } from "../../state/useView";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { TimeZoneSelect } from "../../ui/TimeZoneSelect";

export function NewProject({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const { change } = useView();
  const form = useForm({
    mode: "controlled",
    initialValues: { name: "", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    validateInputOnChange: true,
    validate: { name: (name) => (name.trim() === "" ? "Give the project a name" : null) },
  });
  const create = useMutation({
    mutationFn: async (body: typeof form.values) => (await api<Project>("/projects", { method: "POST", body })).data,
    onSuccess: async (project) => {
      await queries.refetchQueries({ queryKey: SESSION });
      form.reset();
      onClose();
      change({ project: project.id, prompts: [], environment: null });
    },
    onError: (error) => errorAtField(form, error),
  });
  return (
    <Modal opened={opened} onClose={onClose} title="New project">
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack gap="sm">
          <TextInput label="Name" data-autofocus {...form.getInputProps("name")} />
          <TimeZoneSelect
            label="Time zone"
            description="Days and weeks begin by this clock."
            {...form.getInputProps("time_zone")}
          />
          <FormError error={create.error} fields={["name", "time_zone"]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create project
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
