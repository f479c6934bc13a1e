import { Button, Tooltip } from "@mantine/core";
import { useLive } from "../../state/useLive";
import { useView } from "../../state/useView";
import classes from "./LiveToggle.module.css";

export function LiveToggle() {
  const { view, change } = useView();
  const left = useLive(view.live);
  return (
    <Tooltip label={view.live ? "Refreshes when calls or scores arrive and every 30 s" : "Refresh by itself (L)"}>
      <Button
        size="xs"
        variant={view.live ? "light" : "default"}
        className={classes["live"] ?? ""}
        aria-pressed={view.live}
        onClick={() => change({ live: !view.live })}
        leftSection={<span className={classes["dot"]} data-on={view.live || undefined} aria-hidden />}
      >
        Live {view.live && <span className={classes["left"]}>{left} s</span>}
      </Button>
    </Tooltip>
  );
}
