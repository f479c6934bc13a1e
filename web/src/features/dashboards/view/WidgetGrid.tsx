import type { Widget } from "../../../api/dashboards";
import { compacted, inOrder } from "../layout";
import { WidgetBox } from "../widgets/WidgetBox";
import classes from "./Grid.module.css";

/** Widgets at their places; one below the other where the page is narrow. */
export function WidgetGrid({ widgets }: { widgets: readonly Widget[] }) {
  return (
    <div className={classes["grid"]}>
      {inOrder(compacted(widgets)).map((widget) => {
        const { x, y, w, h } = widget.place;
        return (
          <div
            key={widget.id}
            className={classes["cell"]}
            style={{ gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` }}
          >
            <WidgetBox widget={widget} />
          </div>
        );
      })}
    </div>
  );
}
