import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../../../api/client";
import type { Experiment } from "../../../api/experiments";
import { useProject } from "../../../state/ProjectContext";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
import { keepValues, keptValues } from "../../../state/kept";
import { useExperimentWrite } from "../useExperimentWrite";
import classes from "./Detail.module.css";

const MOST = 20_000;
const same = (a: string, b: string) => a === b;

/** Why it won, what was learnt: kept with the result. What is typed and not saved outlives a reload. */
export function NotesPanel({ experiment }: { experiment: Experiment }) {
  const { role, id: project } = useProject();
  const write = useExperimentWrite();
  const place = `promptpulse-notes:${project}:${experiment.id}`;
  const [typed, setTyped] = useState(() => keptValues(window.localStorage, place, "", same));
  const text = typed ?? experiment.notes;
  const changed = text !== experiment.notes;
  const tooLong = text.length > MOST ? `At most ${MOST} characters, this is ${text.length}` : null;
  const type = (value: string) => {
    setTyped(value);
    // whatever somebody else saves meanwhile, this text is not lost
    keepValues(window.localStorage, place, "", value);
  };
  const forget = () => {
    setTyped(null);
    window.localStorage.removeItem(place);
  };
  const forgetSaved = () => {
    // what was typed while it was on its way is not saved
    if ((keptValues(window.localStorage, place, "", same) ?? "") === text) forget();
  };
  const save = () =>
    write.mutate({ path: `/${experiment.id}`, method: "PATCH", body: { notes: text } }, { onSuccess: forgetSaved });
  const refused = write.error instanceof ApiError && write.error.field === "notes" ? write.error.message : null;
  return (
    <Panel title="Notes" note={changed ? "not saved yet, kept in this browser" : undefined}>
      <div className={classes["notes"]}>
        <Textarea
          aria-label="Notes"
          placeholder={role === "viewer" ? "No notes" : "Why did it win? What surprised you? What will you try next?"}
          autosize
          minRows={4}
          maxRows={16}
          readOnly={role === "viewer"}
          value={text}
          error={tooLong ?? refused}
          onChange={(event) => type(event.currentTarget.value)}
        />
        <FormError error={write.error} fields={["notes"]} />
        {role !== "viewer" && (
          <div className={classes["notesActions"]}>
            <Button size="xs" disabled={!changed || tooLong !== null} loading={write.isPending} onClick={save}>
              Save notes
            </Button>
            {changed && (
              <Button size="xs" variant="default" onClick={forget}>
                Discard
              </Button>
            )}
          </div>
        )}
      </div>
    </Panel>
  );
}
