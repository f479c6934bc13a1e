import type { ReactNode } from "react";
import { Panel } from "../../../ui/Panel";
import classes from "../Incidents.module.css";

interface Props {
  title: string;
  note?: ReactNode;
  /** Why it is missing. */
  error: string | null | undefined;
  children: ReactNode;
}

/** A part of the dossier, which may be missing alone. */
export function Part({ title, note, error, children }: Props) {
  return (
    <Panel title={title} note={note}>
      {error == null ? children : <p className={classes["note"]}>This part could not be made: {error}</p>}
    </Panel>
  );
}
