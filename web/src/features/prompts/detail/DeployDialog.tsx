import { Autocomplete, Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import type { Deployment, Prompt } from "../../../api/types";
import { useView } from "../../../state/useView";
import { errorAtField } from "../../../ui/errorAtField";
import { FormError } from "../../../ui/FormError";
import { PRODUCTION } from "../form/draft";
import { useEnvironments } from "../form/useEnvironments";
import { useRegistryChange } from "../useRegistryChange";
import { useVersions } from "../useVersions";

interface Props {
  prompt: Prompt;
  /** The one that is chosen at first. */
  version: number;
  onClose: () => void;
}

/** Chooses a version and the environment in which programs are served it. */
export function DeployDialog({ prompt, version, onClose }: Props) {
  const { view } = useView();
  const versions = useVersions(prompt.id);
  const environments = useEnvironments(Object.keys(prompt.deployed));
  const deploy = useRegistryChange<Deployment>();
  const form = useForm({
    mode: "controlled",
    initialValues: { version: String(version), environment: view.environment ?? PRODUCTION, message: "" },
    validateInputOnChange: true,
    validate: { environment: (name) => (name.trim() === "" ? "Name an environment" : null) },
  });
  const { environment } = form.values;
  const chosen = Number(form.values.version);
  const served = prompt.deployed[environment];
  const submit = ({ message }: typeof form.values) =>
    deploy.mutate(
      {
        path: `/prompts/${prompt.id}/deploy`,
        body: { version: chosen, environment, message, expected_version: served ?? null },
      },
      {
        onSuccess: () => {
          notifications.show({ message: `${environment} is served v${chosen} of ${prompt.name}` });
          onClose();
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  const choices = versions.data?.rows ?? [];
  return (
    <Modal opened onClose={onClose} title={`Deploy ${prompt.name}`}>
      <form onSubmit={form.onSubmit(submit)} noValidate>
        <Stack gap="sm">
          <NativeSelect
            label="Version"
            data={
              choices.length === 0
                ? [{ value: String(version), label: `v${version}` }]
                : choices.map(({ number, message }) => ({
                    value: String(number),
                    label: message === "" ? `v${number}` : `v${number}: ${cut(message)}`,
                  }))
            }
            {...form.getInputProps("version")}
          />
          <Autocomplete
            label="Environment"
            description="Any name; programs ask for production unless they name another."
            data={environments}
            {...form.getInputProps("environment")}
          />
          <TextInput label="Why" placeholder="Shorter answers" maxLength={2000} {...form.getInputProps("message")} />
          <Text c="dimmed">
            {served === undefined
              ? `${environment} is served no version yet.`
              : served === chosen
                ? `${environment} is served v${served} already.`
                : `${environment} is served v${served} now. You can roll back to it.`}
          </Text>
          <FormError error={deploy.error} fields={["version", "environment", "message"]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={deploy.isPending} disabled={served === chosen}>
              Serve v{chosen} in {environment === "" ? "…" : environment}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
