import { Alert, Button, Group, List, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { Expiring } from "../../../api/types";
import { goes } from "./periods";

interface Props {
  found: Expiring;
  saving: boolean;
  onSave: () => void;
  onBack: () => void;
}

/** What periods would delete, and the button that saves them. */
export function PeriodsPreview({ found, saving, onSave, onBack }: Props) {
  const lines = goes(found);
  return (
    <Alert variant="light" color="gray" icon={<IconTrash size={16} aria-hidden />} role="status">
      <Text size="sm" fw={600}>
        {lines.length === 0 ? "Nothing would be deleted today" : "This would be deleted for good"}
      </Text>
      {lines.length > 0 && (
        <List size="sm" my={4}>
          {lines.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      )}
      {found.experiments.length > 0 && (
        <Text size="sm" mb="xs">
          Running experiments began before that, and would be analysed by what is left: {found.experiments.join(", ")}.
        </Text>
      )}
      <Text size="sm" mb="sm">
        Deletion begins an hour after saving at the earliest, then once a day. Totals stay.
      </Text>
      <Group gap="xs">
        <Button size="xs" loading={saving} onClick={onSave}>
          Save periods
        </Button>
        <Button size="xs" variant="default" onClick={onBack}>
          Leave as it was
        </Button>
      </Group>
    </Alert>
  );
}
