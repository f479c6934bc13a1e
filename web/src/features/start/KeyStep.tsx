import { Button, Group, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { Link } from "react-router";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { FormError } from "../../ui/FormError";
import { Snippet } from "../../ui/Snippet";
import { useCreateKey } from "../settings/useCreateKey";

interface Props {
  apiKey: string | null;
  onKey: (key: string) => void;
}

export function KeyStep({ apiKey, onKey }: Props) {
  const { role } = useProject();
  const href = useHref();
  const create = useCreateKey();
  if (apiKey !== null) {
    return (
      <>
        <Snippet code={apiKey} label="API key" />
        <Text c="dimmed" mt={6}>
          Shown only now. It is filled into the snippets below; keep it like a password.
        </Text>
      </>
    );
  }
  if (role !== "admin") {
    return (
      <Text c="dimmed">
        Only admins make keys. Ask one for a key with the scope “ingest” and paste it into the snippet.
      </Text>
    );
  }
  return (
    <>
      <Group gap="sm">
        <Button
          size="xs"
          leftSection={<IconKey size={16} aria-hidden />}
          loading={create.isPending}
          onClick={() =>
            create.mutate({ name: "First application", scopes: ["ingest"] }, { onSuccess: ({ key }) => onKey(key) })
          }
        >
          Create an API key
        </Button>
        <Text c="dimmed">
          It may only send calls. You find all keys under <Link to={href("/settings/keys")}>Settings</Link>.
        </Text>
      </Group>
      <FormError error={create.error} fields={[]} />
    </>
  );
}
