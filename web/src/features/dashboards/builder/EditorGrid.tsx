import { VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Widget } from "../../../api/dashboards";
import { inOrder, moved, placeWords, reordered, resized, type Arrow } from "../layout";
import { titleOf } from "../problems";
import { useScene } from "../widgets/SceneContext";
import { WidgetBox } from "../widgets/WidgetBox";
import classes from "./Builder.module.css";
import { DragGrid } from "./DragGrid";
import { Grasp } from "./Grasp";
import { WidgetActions } from "./WidgetActions";

interface Props {
  widgets: readonly Widget[];
  onChange: (widgets: readonly Widget[], about?: string) => void;
  onEdit: (widget: Widget) => void;
  onDuplicate: (widget: Widget) => void;
}

/** The widgets while they are arranged: with the mouse, a finger or the keyboard. Narrow, they stand in one column. */
export function EditorGrid({ widgets, onChange, onEdit, onDuplicate }: Props) {
  const { metrics } = useScene();
  const narrow = useMediaQuery("(max-width: 47.99em)");
  const [said, setSaid] = useState("");

  const tell = (next: readonly Widget[], widget: Widget, otherwise: string) => {
    const place = next.find(({ id }) => id === widget.id)?.place;
    if (next === widgets || place === undefined) setSaid(otherwise);
    else setSaid(`${titleOf(widget, metrics)}: ${placeWords(place)}`);
  };
  const move = (widget: Widget, arrow: Arrow) => {
    const next = narrow ? reordered(widgets, widget.id, arrow === "up" ? -1 : 1) : moved(widgets, widget.id, arrow);
    tell(next, widget, "It cannot move further that way");
    onChange(next, `move ${widget.id}`);
    keepFocus(widget.id);
  };
  const resize = (widget: Widget, arrow: Arrow) => {
    const next = resized(widgets, widget.id, arrow);
    tell(next, widget, "It cannot change its size that way");
    onChange(next, `resize ${widget.id}`);
  };
  const copy = async (widget: Widget) => {
    const text = JSON.stringify(widget, null, 2);
    try {
      await navigator.clipboard.writeText(text);
      notifications.show({ message: `${titleOf(widget, metrics)} copied; paste it here or on another dashboard` });
    } catch {
      notifications.show({ message: "The browser does not let pages copy: focus the widget’s grip and press Ctrl C" });
    }
  };
  const remove = (widget: Widget) => {
    onChange(widgets.filter(({ id }) => id !== widget.id));
    setSaid(`${titleOf(widget, metrics)} removed. Undo brings it back.`);
  };
  const boxOf = (widget: Widget) => (
    <WidgetBox
      widget={widget}
      handle={
        <Grasp
          title={titleOf(widget, metrics)}
          place={widget.place}
          narrow={narrow}
          onMove={(arrow) => move(widget, arrow)}
          onResize={(arrow) => resize(widget, arrow)}
          onEdit={() => onEdit(widget)}
          onRemove={() => remove(widget)}
          json={() => JSON.stringify(widget, null, 2)}
        />
      }
      actions={
        <WidgetActions
          title={titleOf(widget, metrics)}
          onEdit={() => onEdit(widget)}
          onDuplicate={() => onDuplicate(widget)}
          onCopy={() => void copy(widget)}
          onRemove={() => remove(widget)}
        />
      }
    />
  );
  return (
    <>
      <VisuallyHidden role="status" aria-live="polite">
        {said}
      </VisuallyHidden>
      {narrow ? (
        <div className={classes["column"]}>
          {inOrder(widgets).map((widget) => (
            <div key={widget.id} className={classes["cell"]}>
              {boxOf(widget)}
            </div>
          ))}
        </div>
      ) : (
        <DragGrid widgets={widgets} onChange={onChange}>
          {boxOf}
        </DragGrid>
      )}
    </>
  );
}

/** Where widgets change their order in the page, the one that moved loses the focus. */
function keepFocus(id: string): void {
  requestAnimationFrame(() => {
    const grasp = document.getElementById(id)?.querySelector<HTMLElement>("[data-grasp]");
    if (grasp != null && document.activeElement !== grasp && !grasp.contains(document.activeElement)) grasp.focus();
  });
}
