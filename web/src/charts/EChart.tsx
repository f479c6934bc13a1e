import { useCallback, type Ref } from "react";
import { Drawing } from "./Drawing";
import type { Scheme } from "./palette";
import type { ChartPicture } from "./PictureContext";
import type { TimeChart } from "./prepare";
import { toOption } from "./toOption";
import { tooltipAt } from "./tooltip";

interface Props {
  chart: TimeChart;
  scheme: Scheme;
  label: string;
  /** Charts of one group move their cursors together. */
  group: string;
  /** First and last bucket that a drag covered, in order. */
  onZoom: (first: number, last: number) => void;
  onZoomOut: () => void;
  /** A click at a bucket. */
  onBucket?: ((bucket: number) => void) | undefined;
  ref?: Ref<ChartPicture>;
}

/** A time chart, drawn. */
export function EChart({ chart, scheme, label, group, onZoom, onZoomOut, onBucket, ref }: Props) {
  const draw = useCallback(
    (hovered: () => boolean) => toOption(chart, scheme, (index) => (hovered() ? tooltipAt(chart, index, scheme) : "")),
    [chart, scheme],
  );
  return (
    <Drawing
      draw={draw}
      label={label}
      group={group}
      places={chart.buckets.length}
      onSelect={onZoom}
      onDoubleClick={onZoomOut}
      {...(onBucket === undefined ? {} : { onPlace: onBucket })}
      ref={ref}
    />
  );
}
