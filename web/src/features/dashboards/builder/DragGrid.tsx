import "react-grid-layout/css/styles.css";
import type { ReactNode } from "react";
import { GridLayout, useContainerWidth, type Layout } from "react-grid-layout";
import type { Widget } from "../../../api/dashboards";
import { COLUMNS, GAP_PX, itemsOf, placed, ROW_PX } from "../layout";
import classes from "./Builder.module.css";

interface Props {
  widgets: readonly Widget[];
  onChange: (widgets: readonly Widget[]) => void;
  children: (widget: Widget) => ReactNode;
}

/** Widgets that are dragged by their grip and sized at their corner. */
export function DragGrid({ widgets, onChange, children }: Props) {
  const { width, containerRef, mounted } = useContainerWidth();
  const settle = (layout: Layout) => onChange(placed(widgets, layout));
  return (
    <div ref={containerRef} className={classes["grid"]}>
      {mounted && (
        <GridLayout
          width={width}
          layout={itemsOf(widgets)}
          gridConfig={{ cols: COLUMNS, rowHeight: ROW_PX, margin: [GAP_PX, GAP_PX], containerPadding: [0, 0] }}
          dragConfig={{ handle: "[data-grasp]", threshold: 4 }}
          onDragStop={settle}
          onResizeStop={settle}
        >
          {widgets.map((widget) => (
            <div key={widget.id}>{children(widget)}</div>
          ))}
        </GridLayout>
      )}
    </div>
  );
}
