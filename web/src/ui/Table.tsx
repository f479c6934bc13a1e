import type { ReactNode } from "react";
import classes from "./Table.module.css";

interface Props {
  /** What is in it. */
  label: string;
  /** Other rows are being fetched. */
  busy?: boolean;
  /** Of the table: heights, widths, how it looks on a narrow screen. */
  className?: string | undefined;
  /** Cells of several lines, with room around them. */
  roomy?: boolean;
  /** On a phone each row is a card: cells are named by `data-label`, but for those that name themselves. Implies `roomy`. */
  cards?: boolean;
  children: ReactNode;
}

/** A table that scrolls alone, also by keyboard, where its columns need more width than there is. */
export function Table({ label, busy, className = "", roomy = false, cards = false, children }: Props) {
  const names = [classes["table"], roomy || cards ? classes["roomy"] : "", cards ? classes["cards"] : "", className];
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={label} aria-busy={busy}>
      <table className={names.filter(Boolean).join(" ")}>{children}</table>
    </div>
  );
}
