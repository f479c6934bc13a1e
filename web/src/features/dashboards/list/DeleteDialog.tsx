import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { DashboardSummary } from "../../../api/dashboards";
import { FormError } from "../../../ui/FormError";
import { useDashboardWrite } from "../useDashboardWrite";

interface Props {
  dashboard: DashboardSummary;
  onClose: () => void;
}

/** Asks once, and says what goes with it. */
export function DeleteDialog({ dashboard, onClose }: Props) {
  const write = useDashboardWrite();
  const { id, name, shares } = dashboard;
  const remove = () =>
    write.mutate(
      { path: `/${encodeURIComponent(id)}`, method: "DELETE" },
      {
        onSuccess: () => {
          notifications.show({ message: `${name} deleted` });
          onClose();
        },
      },
    );
  const links = shares === 0 ? "" : shares === 1 ? " Its link stops working." : ` Its ${shares} links stop working.`;
  return (
    <Modal opened onClose={onClose} title={`Delete the dashboard “${name}”?`}>
      <Stack gap="sm">
        <Text>Nobody in the project will see it any more.{links} Calls and metrics stay as they are.</Text>
        <FormError error={write.error} fields={[]} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" loading={write.isPending} onClick={remove}>
            Delete the dashboard
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
