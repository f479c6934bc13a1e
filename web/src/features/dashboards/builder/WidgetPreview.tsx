import type { Widget } from "../../../api/dashboards";
import { Empty } from "../../../ui/Empty";
import { GAP_PX, ROW_PX } from "../layout";
import type { Problems } from "../problems";
import { WidgetBox } from "../widgets/WidgetBox";
import classes from "./WidgetEditor.module.css";

const LOWEST_PX = 140;
const HIGHEST_PX = 420;

interface Props {
  widget: Widget;
  problems: Problems;
}

/** The widget as it will look, as high as it will be. */
export function WidgetPreview({ widget, problems }: Props) {
  const found = Object.values(problems);
  const height = widget.place.h * (ROW_PX + GAP_PX) - GAP_PX;
  return (
    <section className={classes["preview"]} aria-label="Preview">
      <div style={{ height: Math.min(Math.max(height, LOWEST_PX), HIGHEST_PX) }}>
        {found.length === 0 ? (
          <WidgetBox widget={{ ...widget, id: "preview" }} />
        ) : (
          <div className={classes["unready"]}>
            <Empty title="Not ready yet">{found.join(". ")}.</Empty>
          </div>
        )}
      </div>
    </section>
  );
}
