import { Switch, Tooltip } from "@mantine/core";
import { useView } from "../../state/useView";
import classes from "./PreviousToggle.module.css";

export function PreviousToggle() {
  const { view, change } = useView();
  return (
    <Tooltip label="Compared with the previous period of the same length">
      <Switch
        size="xs"
        className={classes["toggle"] ?? ""}
        checked={view.previous}
        onChange={(event) => change({ previous: event.currentTarget.checked })}
        label="Previous period"
      />
    </Tooltip>
  );
}
