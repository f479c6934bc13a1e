import type { ReactNode } from "react";
import classes from "./Page.module.css";

/** Head and panels of a page, one below the other. */
export function Page({ children, busy }: { children: ReactNode; busy?: boolean }) {
  return (
    <div className={classes["page"]} aria-busy={busy}>
      {children}
    </div>
  );
}
