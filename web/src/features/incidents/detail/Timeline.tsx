import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import type { IncidentDetail, IncidentEvent } from "../../../api/incidents";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
import cells from "../../../ui/cells.module.css";
import classes from "../Incidents.module.css";

interface Props {
  incident: IncidentDetail;
  mayEdit: boolean;
}

/** What happened, in order, and a place to say more. */
export function Timeline({ incident, mayEdit }: Props) {
  const { time_zone: zone } = useProject();
  const comment = useWatchWrite<IncidentEvent>();
  const [text, setText] = useState("");
  return (
    <Panel title="Timeline">
      <ol className={classes["timeline"]}>
        {incident.timeline.map((event) => (
          <li key={event.id} className={classes["event"]} data-kind={event.kind}>
            {event.text}
            <div className={cells["under"]}>
              {formatTime(event.at, "dateMinute", zone)}, {event.actor}
            </div>
          </li>
        ))}
      </ol>
      {mayEdit && (
        <form
          className={classes["comment"]}
          aria-label="Comment"
          onSubmit={(event) => {
            event.preventDefault();
            comment.mutate(
              { path: `/incidents/${incident.id}/comments`, method: "POST", body: { text: text.trim() } },
              { onSuccess: () => setText("") },
            );
          }}
        >
          <Textarea
            size="xs"
            aria-label="Your comment"
            placeholder="What did you find, or do?"
            autosize
            minRows={2}
            maxRows={8}
            maxLength={4000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <FormError error={comment.error} fields={[]} />
          <Button type="submit" size="compact-xs" disabled={text.trim() === ""} loading={comment.isPending}>
            Add comment
          </Button>
        </form>
      )}
    </Panel>
  );
}
