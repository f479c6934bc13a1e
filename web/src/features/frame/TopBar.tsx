import { ActionIcon, Button, Kbd, Tooltip } from "@mantine/core";
import { IconMenu2, IconRefresh, IconSearch } from "@tabler/icons-react";
import { useClock } from "../../state/ClockContext";
import { Bell } from "../notifications/Bell";
import type { Bar } from "./bar";
import { EnvironmentSelector } from "./EnvironmentSelector";
import { palette } from "./events";
import { LiveToggle } from "./LiveToggle";
import { PreviousToggle } from "./PreviousToggle";
import { ProjectMenu } from "./ProjectMenu";
import { PromptSelector } from "./PromptSelector";
import { TimeRange } from "./TimeRange";
import classes from "./TopBar.module.css";

interface Props extends Bar {
  /** Opens the navigation where it is not beside the page. */
  onMenu: (() => void) | null;
}

export function TopBar({ analysis, choosesPrompts, compares, onMenu }: Props) {
  const { refresh } = useClock();
  return (
    <header className={classes["bar"]}>
      {onMenu !== null && (
        <ActionIcon variant="subtle" color="gray" onClick={onMenu} aria-label="Open the navigation">
          <IconMenu2 size={18} aria-hidden />
        </ActionIcon>
      )}
      <ProjectMenu />
      {analysis && (
        <div className={classes["filters"]} role="group" aria-label="What is shown">
          {choosesPrompts && <PromptSelector />}
          <EnvironmentSelector />
        </div>
      )}
      <div className={classes["right"]}>
        {analysis && (
          <>
            {compares && <PreviousToggle />}
            <TimeRange />
            <LiveToggle />
            <Tooltip label="Refresh (R)">
              <ActionIcon variant="default" size={30} onClick={refresh} aria-label="Refresh">
                <IconRefresh size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
        <div className={classes["always"]}>
          <Bell />
          <Button
            size="xs"
            variant="default"
            onClick={palette.open}
            aria-label="Find pages, prompts and actions, Ctrl K"
            className={classes["search"] ?? ""}
          >
            <IconSearch size={15} aria-hidden />
            <Kbd size="xs" ml={6} visibleFrom="md">
              Ctrl K
            </Kbd>
          </Button>
        </div>
      </div>
    </header>
  );
}
