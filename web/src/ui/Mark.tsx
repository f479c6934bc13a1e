import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./Mark.module.css";

export type Tone = "healthy" | "info" | "warning" | "critical";

interface Props {
  tone: Tone;
  icon: Icon;
  /** The word. */
  children: ReactNode;
}

/** A state as icon, word and colour, so that none of them is needed alone. */
export function Mark({ tone, icon: Icon, children }: Props) {
  return (
    <span className={classes[tone]}>
      <Icon size={14} aria-hidden /> {children}
    </span>
  );
}
