import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Experiment } from "../../../api/experiments";
import { FormError } from "../../../ui/FormError";
import { useExperimentWrite } from "../useExperimentWrite";
import { VariantName } from "../VariantName";
import { versionWord, weightWord } from "../words";
import { stepsOf } from "./missing";

interface Props {
  experiment: Experiment;
  opened: boolean;
  onClose: () => void;
}

/** Says what begins, and begins it. */
export function StartDialog({ experiment, opened, onClose }: Props) {
  const write = useExperimentWrite();
  const missing = stepsOf(experiment).filter(({ needed, done }) => needed && !done);
  const { id, title, unit, traffic, targeting, variants } = experiment;
  const start = () =>
    write.mutate(
      { path: `/${id}/start`, method: "POST" },
      {
        onSuccess: () => {
          onClose();
          notifications.show({ message: `“${title}” is running` });
        },
      },
    );
  return (
    <Modal opened={opened} onClose={onClose} title={`Start “${title}”?`}>
      <Stack gap="sm">
        <Text>
          From now on {targeting.length === 0 ? "" : "targeted "}
          {unit}s who ask for this experiment{traffic < 100 && ` (${traffic} % of them)`} get and keep:
        </Text>
        <Stack gap={4}>
          {variants.map((variant, place) => (
            <VariantName
              key={variant.id}
              place={place}
              name={variant.name}
              note={`${weightWord(variant.weight)}, ${versionWord(variant)}`}
            />
          ))}
        </Stack>
        <Text c="dimmed">
          Variants, targeting, metrics and the analysis are fixed from the start. You can pause it.
        </Text>
        {missing.length > 0 && (
          <Alert color="yellow" variant="light" title="Something is missing">
            {missing.map(({ text }) => (
              <div key={text}>{text}</div>
            ))}
            Edit the draft to add it.
          </Alert>
        )}
        <FormError error={write.error} fields={[]} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={write.isPending} disabled={missing.length > 0} onClick={start} data-autofocus>
            Start experiment
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
