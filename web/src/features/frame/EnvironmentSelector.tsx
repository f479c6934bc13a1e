import { Button, Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useValues } from "../../api/useValues";
import { useTurn } from "../../state/useTurn";
import { useView } from "../../state/useView";
import classes from "./Selector.module.css";

export function EnvironmentSelector() {
  const { view, change } = useView();
  const { data: values = [] } = useValues("environment", useTurn());
  const known = values.filter((value) => value !== null);
  const choices = view.environment !== null && !known.includes(view.environment) ? [view.environment, ...known] : known;
  const tick = <IconCheck size={14} aria-label="chosen" />;
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          className={classes["selector"] ?? ""}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Environment: ${view.environment ?? "All environments"}`}
        >
          {view.environment ?? "All environments"}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item rightSection={view.environment === null ? tick : null} onClick={() => change({ environment: null })}>
          All environments
        </Menu.Item>
        {choices.map((environment) => (
          <Menu.Item
            key={environment}
            rightSection={view.environment === environment ? tick : null}
            onClick={() => change({ environment })}
          >
            {environment}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
