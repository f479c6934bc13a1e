import type { ReactNode } from "react";
import classes from "./Panel.module.css";

interface Props {
  title: ReactNode;
  /** Beside the title: a unit, a count. */
  note?: ReactNode;
  actions?: ReactNode;
  id?: string;
  children: ReactNode;
}

/** A titled box, the unit that pages are made of. */
export function Panel({ title, note, actions, id, children }: Props) {
  return (
    <section className={classes["panel"]} id={id}>
      <header className={classes["header"]}>
        <h2 className={classes["title"]}>{title}</h2>
        {note !== undefined && <span className={classes["note"]}>{note}</span>}
        {actions !== undefined && <div className={classes["actions"]}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
