import { notifications } from "@mantine/notifications";
import type { IncidentDetail, RollbackTarget } from "../../../api/incidents";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import cells from "../../../ui/cells.module.css";

interface Props {
  incident: IncidentDetail;
  target: RollbackTarget;
}

/** Serves the version before. Refused when somebody deployed another meanwhile. */
export function RollbackButton({ incident, target }: Props) {
  const { time_zone: zone } = useProject();
  const roll = useWatchWrite<IncidentDetail>();
  const { prompt, environment, from_version: from, to_version: to } = target;
  return (
    <div>
      <ConfirmButton
        size="xs"
        label={`Roll ${prompt} back to v${to} in ${environment}`}
        does={`Roll ${prompt} back to v${to} in ${environment}`}
        consequence={`Version ${from} was deployed by ${target.deployed_by} on ${formatTime(target.deployed_at, "dateMinute", zone)}. From now on version ${to} is served; you can deploy ${from} again at any time.`}
        pending={roll.isPending}
        error={roll.error}
        onConfirm={(done) =>
          roll.mutate(
            {
              path: `/incidents/${incident.id}/rollback`,
              method: "POST",
              body: { prompt, environment, to_version: to, expected_version: from },
            },
            {
              onSuccess: () => {
                done();
                notifications.show({ message: `${prompt} is served in version ${to} again` });
              },
            },
          )
        }
      />
      {target.likely && <div className={cells["under"]}>likely: it was deployed just before, or is the cause</div>}
    </div>
  );
}
