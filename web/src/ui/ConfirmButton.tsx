import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { FormError } from "./FormError";

interface Props {
  /** What the button does and to what, in the dialog too: "Revoke key “collector”". */
  does: string;
  /** The word on the button in the row. */
  label: string;
  consequence: string;
  /** Of the button in the row or at the head of a page. */
  size?: "compact-xs" | "xs";
  pending: boolean;
  error: Error | null;
  onConfirm: (done: () => void) => void;
}

/** A button for what cannot be undone: it names its object and asks once. */
export function ConfirmButton({ does, label, consequence, size = "compact-xs", pending, error, onConfirm }: Props) {
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        size={size}
        variant="default"
        onClick={dialog.open}
        aria-label={label === does ? label : `${label}: ${does}`}
      >
        {label}
      </Button>
      <Modal opened={opened} onClose={dialog.close} title={`${does}?`}>
        <Stack gap="sm">
          <Text>{consequence}</Text>
          <FormError error={error} fields={[]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={dialog.close} data-autofocus>
              Cancel
            </Button>
            <Button color="red.9" loading={pending} onClick={() => onConfirm(dialog.close)}>
              {does}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
