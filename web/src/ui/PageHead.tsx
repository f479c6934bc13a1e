import type { ReactNode } from "react";
import classes from "./Page.module.css";

interface Props {
  title: string;
  /** Below the title: what the page is about, how its thing stands. */
  lead?: ReactNode;
  /** What can be done: buttons, a choice. */
  actions?: ReactNode;
}

/** What a page is, and what can be done on it. */
export function PageHead({ title, lead, actions }: Props) {
  return (
    <header className={classes["head"]}>
      <div className={classes["words"]}>
        <h1 className={classes["title"]}>{title}</h1>
        {lead !== undefined && <div className={classes["lead"]}>{lead}</div>}
      </div>
      {actions !== undefined && actions !== false && <div className={classes["acts"]}>{actions}</div>}
    </header>
  );
}
