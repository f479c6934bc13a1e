import { IconLinkOff } from "@tabler/icons-react";
import classes from "./Shared.module.css";

/** The link is wrong, has expired or was revoked; which of them is not told to strangers. */
export function SharedGone() {
  return (
    <div className={classes["gone"]}>
      <title>This link does not work</title>
      <IconLinkOff size={32} aria-hidden />
      <h1>This link does not work</h1>
      <p>It has expired, was revoked, or is not complete. Ask whoever gave it to you for a new one.</p>
    </div>
  );
}
