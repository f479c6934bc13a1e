import { notifications } from "@mantine/notifications";
import type { IncidentDetail } from "../../../api/incidents";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import cells from "../../../ui/cells.module.css";

interface Props {
  incident: IncidentDetail;
  experiment: IncidentDetail["experiments"][number];
}

/** Keeps new units out of a running experiment. */
export function PauseButton({ incident, experiment }: Props) {
  const pause = useWatchWrite<IncidentDetail>();
  return (
    <div>
      <ConfirmButton
        size="xs"
        label={`Pause “${experiment.title}”`}
        does={`Pause experiment “${experiment.title}”`}
        consequence="It takes no new units; those that take part keep their variant. You can start it again."
        pending={pause.isPending}
        error={pause.error}
        onConfirm={(done) =>
          pause.mutate(
            {
              path: `/incidents/${incident.id}/pause-experiment`,
              method: "POST",
              body: { experiment_id: experiment.id },
            },
            {
              onSuccess: () => {
                done();
                notifications.show({ message: `“${experiment.title}” is paused` });
              },
            },
          )
        }
      />
      {experiment.likely && <div className={cells["under"]}>it concerns what the incident is about</div>}
    </div>
  );
}
