import { notifications } from "@mantine/notifications";
import type { Run } from "../../api/actions";
import { useWatchWrite } from "../../api/useWatchWrite";
import { ConfirmButton } from "../../ui/ConfirmButton";

/** Takes back what a policy did. */
export function RevertButton({ run }: { run: Run }) {
  const revert = useWatchWrite<Run>();
  return (
    <ConfirmButton
      label="Undo"
      does={`Undo: ${run.outcome}`}
      consequence="What was served, or ran, before the policy acted does so again. The history keeps both."
      pending={revert.isPending}
      error={revert.error}
      onConfirm={(done) =>
        revert.mutate(
          { path: `/action-runs/${run.id}/revert`, method: "POST", body: {} },
          {
            onSuccess: () => {
              done();
              notifications.show({ message: "Undone" });
            },
          },
        )
      }
    />
  );
}
