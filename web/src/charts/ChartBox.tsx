import { Skeleton } from "@mantine/core";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { useLocation } from "react-router";
import { copyLink } from "../ui/copyLink";
import { downloadAddress, downloadText } from "../ui/download";
import { Failure } from "../ui/Failure";
import { Panel } from "../ui/Panel";
import classes from "./ChartBox.module.css";
import type { ChartAlert } from "./chartAlert";
import { ChartMenu } from "./ChartMenu";
import type { ChartWidget } from "./chartWidget";
import { INKS } from "./palette";
import { PictureContext, type ChartPicture } from "./PictureContext";
import { useAlertLinks } from "./useAlertLinks";
import { useScheme } from "./useScheme";

const AddToDashboard = lazy(async () => ({
  default: (await import("../features/dashboards/AddToDashboard")).AddToDashboard,
}));

export interface BoxProps {
  id: string;
  title: string;
  note?: ReactNode;
  /** Switches beside the title. */
  controls?: ReactNode;
  error: unknown;
  onRetry: () => void;
  /** Another answer is on its way; what is shown is the last one. */
  stale: boolean;
}

interface Props extends BoxProps {
  /** There is an answer; without one it is loading, or has failed. */
  ready: boolean;
  /** What to say in place of a chart that would be empty. */
  instead: ReactNode;
  callsHref: string | null;
  csv: () => string;
  table: ReactNode;
  /** The chart. */
  children: ReactNode;
  legend?: ReactNode;
  /** Of the chart, pixels. */
  height?: number;
  /** The same as a widget of a dashboard. */
  asWidget?: ChartWidget | null;
  /** The same as an alert rule watches it. */
  asAlert?: ChartAlert | null;
}

/** One chart of any kind in its panel, with its states and its menu. */
export function ChartBox({
  id,
  title,
  note,
  controls,
  error,
  onRetry,
  stale,
  ready,
  instead,
  callsHref,
  csv,
  table,
  children,
  legend,
  height = 190,
  asWidget = null,
  asAlert = null,
}: Props) {
  const scheme = useScheme();
  const location = useLocation();
  const alerts = useAlertLinks(asAlert);
  const picture = useRef<ChartPicture>(null);
  const [asTable, setAsTable] = useState(false);
  const [adding, setAdding] = useState(false);
  const drawn = ready && instead === null;

  useEffect(() => {
    if (location.hash === `#${id}`) document.getElementById(id)?.scrollIntoView({ block: "center" });
  }, [id, location.hash]);

  return (
    <Panel
      id={id}
      title={title}
      note={note}
      actions={
        <>
          {controls}
          {ready && (
            <ChartMenu
              title={title}
              asTable={asTable}
              onTable={() => setAsTable(!asTable)}
              onCsv={() => downloadText(`${id}.csv`, "text/csv", csv())}
              onPng={
                drawn && !asTable
                  ? () => downloadAddress(`${id}.png`, picture.current?.png(INKS[scheme].panel) ?? "")
                  : null
              }
              onLink={() => void copyLink(id, title)}
              callsHref={callsHref}
              onAdd={asWidget === null ? null : () => setAdding(true)}
              alerts={alerts}
            />
          )}
        </>
      }
    >
      <div
        className={classes["body"]}
        style={{ height }}
        data-stale={stale || undefined}
        aria-busy={stale || (!ready && error === null)}
      >
        {!ready && error !== null && <Failure what={`${title} could not be loaded`} error={error} onRetry={onRetry} />}
        {!ready && error === null && <Skeleton className={classes["skeleton"] ?? ""} />}
        {ready && instead}
        {drawn && (asTable ? table : <PictureContext value={picture}>{children}</PictureContext>)}
      </div>
      {adding && asWidget !== null && (
        <Suspense>
          <AddToDashboard widget={asWidget} title={title} onClose={() => setAdding(false)} />
        </Suspense>
      )}
      {legend !== undefined && <div className={classes["legend"]}>{drawn && legend}</div>}
    </Panel>
  );
}
