import { useCallback } from "react";
import { Drawing } from "../Drawing";
import { useScheme } from "../useScheme";
import { binTooltip } from "./binTooltip";
import type { Histogram } from "./prepareHistogram";
import { toOption } from "./toOption";

interface Props {
  chart: Histogram;
  label: string;
  /** Values that a drag, or a click on a bar, has chosen: `[low, high)`. */
  onChoose: (low: number, high: number) => void;
  /** A double click chooses all again. */
  onAll: () => void;
}

/** A histogram to choose values with, drawn. */
export function HistogramPlot({ chart, label, onChoose, onAll }: Props) {
  const scheme = useScheme();
  const draw = useCallback(() => toOption(chart, scheme, (index) => binTooltip(chart, index, scheme)), [chart, scheme]);
  const choose = (first: number, last: number) => {
    const low = chart.bins[first]?.low;
    const high = chart.bins[last]?.high;
    if (low !== undefined && high !== undefined) onChoose(low, high);
  };
  return (
    <Drawing
      draw={draw}
      label={label}
      places={chart.bins.length}
      onSelect={choose}
      onPlace={(bin) => choose(bin, bin)}
      onDoubleClick={onAll}
    />
  );
}
