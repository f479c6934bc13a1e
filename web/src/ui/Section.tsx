import { useId, type ReactNode } from "react";
import classes from "./Section.module.css";

interface Props {
  title: string;
  /** Beside the title. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a long page: a heading and what belongs together. */
export function Section({ title, note, actions, children }: Props) {
  const id = useId();
  return (
    <section className={classes["section"]} aria-labelledby={id}>
      <header className={classes["header"]}>
        <h2 id={id} className={classes["title"]}>
          {title}
        </h2>
        {note !== undefined && <span className={classes["note"]}>{note}</span>}
        {actions !== undefined && <div className={classes["actions"]}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
