import { Button } from "@mantine/core";
import { useState } from "react";
import classes from "./Notifications.module.css";

/** Asks the browser once whether it may tell while the page is not looked at. */
export function BrowserSwitch() {
  const known = "Notification" in window;
  const [permission, setPermission] = useState(known ? Notification.permission : "denied");
  if (!known || permission === "granted") return null;
  return (
    <footer className={classes["foot"]}>
      {permission === "denied" ? (
        <span className={classes["muted"]}>The browser does not let this page show notifications.</span>
      ) : (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => void Notification.requestPermission().then(setPermission)}
        >
          Also tell me through the browser
        </Button>
      )}
    </footer>
  );
}
