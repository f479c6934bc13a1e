import { IconHistory } from "@tabler/icons-react";
import { useStatus } from "../../api/useStatus";
import { formatTime } from "../../format/time";
import { useTurn } from "../../state/useTurn";
import { useWindow } from "../../state/useWindow";
import classes from "./NoCallsNote.module.css";

/** Says that the chosen time reaches back to where calls are no longer kept. */
export function KeptNote() {
  const { data: status } = useStatus(undefined, useTurn());
  const { start } = useWindow();
  const first = status?.kept_from.calls;
  if (first === null || first === undefined || start >= Date.parse(first)) return null;
  return (
    <div className={classes["note"]}>
      <IconHistory size={16} aria-hidden />
      <span>
        Calls before {formatTime(first, "date", "UTC")} are no longer kept. Their totals are; figures by user, session
        or property, lists and single calls begin there.
      </span>
    </div>
  );
}
