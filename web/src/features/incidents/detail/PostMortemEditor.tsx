import { Button, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { IncidentDetail, PostMortem } from "../../../api/incidents";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { keepValues, keptValues } from "../../../state/kept";
import { FormError } from "../../../ui/FormError";
import classes from "../Incidents.module.css";

interface Props {
  incident: IncidentDetail;
  stored: PostMortem;
  onDone: () => void;
}

const same = (a: string, b: string) => a === b;

/** Changes the document. What is typed stays in the browser until it is saved; another's change is not overwritten. */
export function PostMortemEditor({ incident, stored, onDone }: Props) {
  const place = `promptpulse-post-mortem-${incident.id}`;
  const base = stored.markdown ?? "";
  const [text, setText] = useState(() => keptValues(window.sessionStorage, place, base, same) ?? base);
  const [revision] = useState(stored.revision);
  const save = useWatchWrite<PostMortem>();
  const forget = () => {
    window.sessionStorage.removeItem(place);
    onDone();
  };
  return (
    <form
      className={classes["editor"]}
      aria-label="Post-mortem"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { path: `/incidents/${incident.id}/post-mortem`, method: "PUT", body: { markdown: text, revision } },
          {
            onSuccess: () => {
              notifications.show({ message: "Post-mortem saved" });
              forget();
            },
          },
        );
      }}
    >
      <Textarea
        size="xs"
        label="Post-mortem, Markdown"
        autosize
        minRows={12}
        maxRows={40}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          keepValues(window.sessionStorage, place, base, event.currentTarget.value);
        }}
      />
      <FormError error={save.error} fields={[]} />
      <div className={classes["buttons"]}>
        <Button type="submit" size="xs" loading={save.isPending} disabled={text.trim() === "" || text === base}>
          Save post-mortem
        </Button>
        <Button size="xs" variant="default" onClick={forget}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
