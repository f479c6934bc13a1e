import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Experiment } from "../../../api/experiments";
import { useProject } from "../../../state/ProjectContext";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { useExperimentWrite } from "../useExperimentWrite";

interface Props {
  experiment: Experiment;
  variant: Experiment["variants"][number];
}

/** Takes one variant that does harm out of a running experiment, and lets it go on. */
export function StopVariant({ experiment, variant }: Props) {
  const { role } = useProject();
  const write = useExperimentWrite();
  const { id, status } = experiment;
  if (role === "viewer" || variant.control || (status !== "running" && status !== "paused")) return null;
  const path = `/${id}/variants/${variant.id}`;
  if (variant.stopped_at != null) {
    return (
      <Button
        size="compact-xs"
        variant="default"
        loading={write.isPending}
        aria-label={`Let variant “${variant.name}” go on`}
        onClick={() =>
          write.mutate(
            { path: `${path}/resume`, method: "POST" },
            {
              onSuccess: () => notifications.show({ message: `“${variant.name}” goes on` }),
              onError: (error) => notifications.show({ color: "red", message: error.message }),
            },
          )
        }
      >
        Go on
      </Button>
    );
  }
  return (
    <ConfirmButton
      label="Stop"
      does={`Stop variant “${variant.name}”`}
      consequence="Who has it gets the control from now on and does not count. What was counted so far stays in the results."
      pending={write.isPending}
      error={write.error}
      onConfirm={(done) =>
        write.mutate(
          { path: `${path}/stop`, method: "POST" },
          {
            onSuccess: () => {
              done();
              notifications.show({ message: `“${variant.name}” is stopped` });
            },
          },
        )
      }
    />
  );
}
