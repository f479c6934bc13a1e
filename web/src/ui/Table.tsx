import type { ReactNode } from "react";
import classes from "./Table.module.css";

interface Props {
  /** What is in it. */
  label: string;
  /** Other rows are being fetched. */
  busy?: boolean;
  /** Of the table: heights, widths, how it looks on a narrow screen. */
  className?: string | undefined;
  children: ReactNode;
}

/** A table that scrolls alone, also by keyboard, where its columns need more width than there is. */
export function Table({ label, busy, className = "", children }: Props) {
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={label} aria-busy={busy}>
      <table className={`${classes["table"]} ${className}`}>{children}</table>
    </div>
  );
}
