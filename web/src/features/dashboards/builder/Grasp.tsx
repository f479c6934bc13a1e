import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconGripVertical } from "@tabler/icons-react";
import type { ClipboardEvent, KeyboardEvent } from "react";
import type { Place } from "../../../api/dashboards";
import { placeWords, type Arrow } from "../layout";
import classes from "./Builder.module.css";

const ARROWS: Readonly<Record<string, Arrow>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

interface Props {
  title: string;
  place: Place;
  /** In one column: earlier and later, nothing else. */
  narrow: boolean;
  onMove: (arrow: Arrow) => void;
  onResize: (arrow: Arrow) => void;
  onEdit: () => void;
  onRemove: () => void;
  /** The widget for the clipboard. */
  json: () => string;
}

/** Where a widget is grasped: dragged with the mouse, moved by the arrow keys, sized by Shift and an arrow. */
export function Grasp({ title, place, narrow, onMove, onResize, onEdit, onRemove, json }: Props) {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) (event.shiftKey ? onResize : onMove)(arrow);
    else if (event.key === "Enter") onEdit();
    else if (event.key === "Delete" || event.key === "Backspace") onRemove();
    else return;
    event.preventDefault();
  };
  const copy = (event: ClipboardEvent) => {
    event.clipboardData.setData("text/plain", json());
    event.preventDefault();
  };
  if (narrow) {
    return (
      <span className={classes["steps"]} data-grasp>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Move ${title} up`}
          onClick={() => onMove("up")}
        >
          <IconChevronUp size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Move ${title} down`}
          onClick={() => onMove("down")}
        >
          <IconChevronDown size={16} aria-hidden />
        </ActionIcon>
      </span>
    );
  }
  return (
    <Tooltip label="Drag, or arrow keys; Shift and arrows for the size" openDelay={500}>
      <button
        type="button"
        className={classes["grasp"]}
        data-grasp
        aria-label={`Move or resize ${title}`}
        aria-description={`${placeWords(place)}. Arrow keys move, Shift and arrow keys resize, Enter edits, Delete removes.`}
        onKeyDown={press}
        onCopy={copy}
      >
        <IconGripVertical size={16} aria-hidden />
      </button>
    </Tooltip>
  );
}
