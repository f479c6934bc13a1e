import { Skeleton } from "@mantine/core";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useLocation } from "react-router";
import { ApiError } from "../../../api/client";
import type { Widget } from "../../../api/dashboards";
import { INKS } from "../../../charts/palette";
import { PictureContext, type ChartPicture } from "../../../charts/PictureContext";
import { useScheme } from "../../../charts/useScheme";
import { PRESET_LABEL } from "../../../state/range";
import { useTurn } from "../../../state/useTurn";
import { copyLink } from "../../../ui/copyLink";
import { downloadAddress, downloadText } from "../../../ui/download";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { fileName } from "../file";
import { KINDS } from "../kinds";
import { goneMetrics, isOwn, titleOf } from "../problems";
import { prepareWidget, type Prepared } from "./prepareWidget";
import { useScene } from "./SceneContext";
import { useSeen } from "./useSeen";
import { rangeOf, useWidgetData } from "./useWidgetData";
import classes from "./Widget.module.css";
import { WidgetBody } from "./WidgetBody";
import { widgetCsv } from "./widgetCsv";
import { WidgetMenu } from "./WidgetMenu";

interface Props {
  widget: Widget;
  /** Before the title: where it is grasped while editing. */
  handle?: ReactNode;
  /** In place of its menu. */
  actions?: ReactNode;
}

/** They read calls: the others are answered first. */
const HEAVY: ReadonlySet<Widget["kind"]> = new Set(["errors", "heatmap"]);
const DRAWN: ReadonlySet<Prepared["shape"]> = new Set(["time", "pie", "bars", "heatmap"]);

/** One widget in its box: it loads on its own, and says for itself what failed. */
export function WidgetBox({ widget, handle, actions }: Props) {
  const scene = useScene();
  const scheme = useScheme();
  const location = useLocation();
  const picture = useRef<ChartPicture>(null);
  const { ref, seen } = useSeen<HTMLElement>();
  const turn = useTurn();
  const [asTable, setAsTable] = useState(false);
  const gone = goneMetrics(widget, scene.metrics);
  // whether one of the project's own still exists is known by the catalogue
  const known = scene.metrics !== undefined || !widget.query.metrics.some(isOwn);
  const answer = useWidgetData(widget, seen && known && gone.length === 0 && (turn || !HEAVY.has(widget.kind)));
  const title = titleOf(widget, scene.metrics);
  const isText = widget.kind === "text";
  const { data } = answer;
  const prepared = useMemo((): Prepared | null => {
    if (widget.kind === "text") return { shape: "text", text: widget.text };
    return data === undefined ? null : prepareWidget(widget, data, scene);
  }, [widget, data, scene]);

  useEffect(() => {
    if (location.hash === `#${widget.id}`) document.getElementById(widget.id)?.scrollIntoView({ block: "center" });
  }, [widget.id, location.hash]);

  const drawn = prepared !== null && DRAWN.has(prepared.shape) && widget.kind !== "table";
  const csv = prepared === null ? null : widgetCsv(prepared);
  const { ways } = scene;
  const bare = isText && widget.title.trim() === "" && actions === undefined;
  return (
    <section ref={ref} id={widget.id} className={classes["box"]} aria-label={title} data-kind={widget.kind}>
      {!bare && (
        <header className={classes["header"]}>
          {handle}
          <h2 className={classes["title"]} title={title}>
            {title}
          </h2>
          {widget.query.range != null && (
            <span className={classes["muted"]}>{PRESET_LABEL[widget.query.range].toLowerCase()}</span>
          )}
          <div className={classes["actions"]}>
            {actions ?? (
              <WidgetMenu
                title={title}
                asTable={asTable}
                onTable={drawn ? () => setAsTable(!asTable) : null}
                onCsv={csv === null ? null : () => downloadText(`${fileName(title)}.csv`, "text/csv", csv)}
                onPng={
                  drawn && !asTable
                    ? () => downloadAddress(`${fileName(title)}.png`, picture.current?.png(INKS[scheme].panel) ?? "")
                    : null
                }
                onLink={ways === null ? null : () => void copyLink(widget.id, title)}
                callsHref={
                  ways !== null && KINDS[widget.kind].filtered
                    ? ways.calls(widget.query.where, rangeOf(widget, scene))
                    : null
                }
                alerts={ways === null ? [] : ways.alerts(widget)}
              />
            )}
          </div>
        </header>
      )}
      <div
        className={classes["body"]}
        data-stale={answer.isPlaceholderData || undefined}
        aria-busy={seen && prepared === null && answer.error === null && gone.length === 0}
      >
        {gone.length > 0 ? (
          <Gone metrics={gone} />
        ) : prepared === null ? (
          answer.error === null ? (
            seen && <Skeleton height="100%" />
          ) : (
            <Refused title={title} error={answer.error} onRetry={() => void answer.refetch()} />
          )
        ) : (
          <PictureContext value={picture}>
            <WidgetBody widget={widget} title={title} data={data} prepared={prepared} asTable={asTable} />
          </PictureContext>
        )}
      </div>
    </section>
  );
}

function Gone({ metrics }: { metrics: readonly string[] }) {
  return (
    <Empty title={metrics.length === 1 ? "This metric was deleted" : "These metrics were deleted"}>
      {metrics.join(", ")}. Edit the widget to choose another.
    </Empty>
  );
}

/** What cannot be asked will not be possible by asking again. */
function Refused({ title, error, onRetry }: { title: string; error: Error; onRetry: () => void }) {
  const again = !(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500;
  return <Failure what={`${title} could not be loaded`} error={error} {...(again ? { onRetry } : {})} />;
}
