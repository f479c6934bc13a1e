import type { ReactNode } from "react";
import classes from "./Note.module.css";

/** What would be here, and what makes it appear. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={classes["note"]}>
      <strong>{title}</strong>
      {children !== undefined && <div className={classes["text"]}>{children}</div>}
    </div>
  );
}
