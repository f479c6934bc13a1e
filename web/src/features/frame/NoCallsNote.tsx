import { IconPlugConnected } from "@tabler/icons-react";
import { Link } from "react-router";
import { useStatus } from "../../api/useStatus";
import { useHref } from "../../state/useHref";
import { useTurn } from "../../state/useTurn";
import classes from "./NoCallsNote.module.css";

/** Says where to begin in a project that never had a call: no other range would show more. */
export function NoCallsNote() {
  const { data: status } = useStatus(undefined, useTurn());
  const href = useHref();
  if (status?.calls_stored !== 0) return null;
  return (
    <div className={classes["note"]}>
      <IconPlugConnected size={16} aria-hidden />
      <span>
        This project has no calls yet. <Link to={href("/start")}>Connect an application</Link> to see its figures here,
        or <Link to={href("/diagnosis", { problem: "metrics-not-updating" })}>find out what holds them up</Link>.
      </span>
    </div>
  );
}
