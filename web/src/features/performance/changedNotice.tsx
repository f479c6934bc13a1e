import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";

/** Says that the targets have changed, and takes it back on a click. */
export function changedNotice(undo: () => void): void {
  const id = "targets-changed";
  notifications.show({
    id,
    autoClose: 8000,
    message: (
      <Group justify="space-between" gap="sm">
        Targets saved for everybody in the project
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  });
}
