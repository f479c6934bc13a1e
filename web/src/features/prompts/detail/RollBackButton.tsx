import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useState } from "react";
import type { Deployment, Prompt } from "../../../api/types";
import { FormError } from "../../../ui/FormError";
import { useRegistryChange } from "../useRegistryChange";

interface Props {
  prompt: Prompt;
  environment: string;
  /** Versions: the one that is served, and the one that was. */
  from: number;
  to: number;
  size?: "xs" | "compact-xs";
}

/** Serves an earlier version again, after asking once. */
export function RollBackButton({ prompt, environment, from, to, size = "compact-xs" }: Props) {
  const [opened, dialog] = useDisclosure(false);
  const [message, setMessage] = useState("");
  const roll = useRegistryChange<Deployment>(() => {
    notifications.show({ message: `${environment} is served v${to} of ${prompt.name} again` });
    setMessage("");
    dialog.close();
  });
  const does = `Roll back to v${to}`;
  const close = () => {
    dialog.close();
    roll.reset();
  };
  const submit = () =>
    roll.mutate({
      path: `/prompts/${prompt.id}/rollback`,
      body: { environment, to_version: to, message, expected_version: from },
    });
  return (
    <>
      <Button
        size={size}
        variant="default"
        leftSection={<IconArrowBackUp size={15} aria-hidden />}
        onClick={dialog.open}
      >
        {does}
      </Button>
      <Modal opened={opened} onClose={close} title={`Roll ${prompt.name} back to v${to} in ${environment}?`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Stack gap="sm">
            <Text>
              Programs in {environment} are served v{to} instead of v{from}: at once, or when the copy they keep is
              renewed. You can deploy v{from} again.
            </Text>
            <TextInput
              label="Why"
              placeholder="Answers became too long"
              maxLength={2000}
              value={message}
              onChange={(event) => setMessage(event.currentTarget.value)}
              data-autofocus
            />
            <FormError error={roll.error} fields={[]} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" color="red.9" loading={roll.isPending}>
                {does}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
