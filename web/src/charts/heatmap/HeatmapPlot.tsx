import { useCallback } from "react";
import { Drawing } from "../Drawing";
import { useScheme } from "../useScheme";
import { cellTooltip } from "./cellTooltip";
import type { Cell, Heatmap } from "./prepareHeatmap";
import { toOption } from "./toOption";

interface Props {
  heat: Heatmap;
  label: string;
  /** First and last bucket that a drag covered, in order. */
  onZoom?: (first: number, last: number) => void;
  onZoomOut?: () => void;
  onCell?: (cell: Cell) => void;
}

/** A heatmap over time, drawn. */
export function HeatmapPlot({ heat, label, onZoom, onZoomOut, onCell }: Props) {
  const scheme = useScheme();
  const draw = useCallback(() => toOption(heat, scheme, (index) => cellTooltip(heat, index, scheme)), [heat, scheme]);
  return (
    <Drawing
      draw={draw}
      label={label}
      places={heat.buckets.length}
      {...(onZoom === undefined ? {} : { onSelect: onZoom })}
      {...(onZoomOut === undefined ? {} : { onDoubleClick: onZoomOut })}
      onItem={(index) => {
        const cell = heat.cells[index];
        if (cell !== undefined) onCell?.(cell);
      }}
    />
  );
}
