import { IconLock } from "@tabler/icons-react";
import classes from "./Builder.module.css";
import type { Locks, Part } from "./locks";

/** Why a part of the form is fixed or restricted; nothing before the start. */
export function Locked({ locks, part }: { locks: Locks; part: Part }) {
  const why = locks.why(part);
  if (why === null) return null;
  return (
    <p className={classes["locked"]}>
      {locks.is(part) && <IconLock size={13} aria-hidden />} {why}
    </p>
  );
}
