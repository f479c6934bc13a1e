import { Button, NativeSelect } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { IncidentDetail } from "../../../api/incidents";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
import cells from "../../../ui/cells.module.css";
import classes from "../Incidents.module.css";
import { PauseButton } from "./PauseButton";
import { RollbackButton } from "./RollbackButton";

const SILENCES = [
  { value: "60", label: "1 hour" },
  { value: "240", label: "4 hours" },
  { value: "1440", label: "1 day" },
];
/** Others are at hand on their own pages. */
const OFFERED = 3;

/** What makes it stop: roll back, pause, silence. */
export function ActPanel({ incident }: { incident: IncidentDetail }) {
  const silence = useWatchWrite<unknown>();
  const [minutes, setMinutes] = useState("60");
  return (
    <Panel title="Act">
      <div className={classes["actions"]}>
        {incident.rollbacks.slice(0, OFFERED).map((target) => (
          <RollbackButton key={`${target.prompt} ${target.environment}`} incident={incident} target={target} />
        ))}
        {incident.experiments.slice(0, OFFERED).map((experiment) => (
          <PauseButton key={experiment.id} incident={incident} experiment={experiment} />
        ))}
        {incident.rollbacks.length === 0 && incident.experiments.length === 0 && (
          <span className={cells["under"]}>No prompt here has a version to go back to, and no experiment runs.</span>
        )}
        <div className={classes["buttons"]}>
          <Button
            size="xs"
            variant="default"
            loading={silence.isPending}
            onClick={() =>
              silence.mutate(
                { path: `/incidents/${incident.id}/silence`, method: "POST", body: { minutes: Number(minutes) } },
                { onSuccess: () => notifications.show({ message: "What the incident is about is silenced" }) },
              )
            }
          >
            Silence for
          </Button>
          <NativeSelect
            size="xs"
            aria-label="How long it is silenced"
            data={SILENCES}
            value={minutes}
            onChange={(event) => setMinutes(event.currentTarget.value)}
          />
        </div>
        <FormError error={silence.error} fields={[]} />
      </div>
    </Panel>
  );
}
