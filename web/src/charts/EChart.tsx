import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent, VisualMapPiecewiseComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useImperativeHandle, useRef, useState, type PointerEvent, type Ref } from "react";
import classes from "./EChart.module.css";
import type { Scheme } from "./palette";
import type { TimeChart } from "./prepare";
import { toOption } from "./toOption";
import { tooltipAt } from "./tooltip";

echarts.use([
  LineChart,
  BarChart,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  VisualMapPiecewiseComponent,
  CanvasRenderer,
]);

/** A drag shorter than this many pixels is a click. */
const MIN_DRAG = 6;

export interface ChartPicture {
  /** The chart as a PNG data address. */
  png: (background: string) => string;
}

interface Props {
  chart: TimeChart;
  scheme: Scheme;
  label: string;
  /** Charts of one group move their cursors together. */
  group: string;
  /** First and last bucket that a drag covered, in order. */
  onZoom: (first: number, last: number) => void;
  onZoomOut: () => void;
  ref: Ref<ChartPicture>;
}

/** The only component that touches ECharts. Effects here synchronise with a system outside React. */
export function EChart({ chart, scheme, label, group, onZoom, onZoomOut, ref }: Props) {
  const node = useRef<HTMLDivElement>(null);
  const instance = useRef<echarts.ECharts>(null);
  const hovered = useRef(false);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);

  useEffect(() => {
    const drawn = echarts.init(node.current);
    instance.current = drawn;
    drawn.group = group;
    echarts.connect(group);
    const observer = new ResizeObserver(() => {
      drawn.resize();
    });
    if (node.current) observer.observe(node.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
      instance.current = null;
    };
  }, [group]);

  useEffect(() => {
    // connected charts are all asked for a tooltip; only the one under the cursor shows it
    const tooltip = (index: number) => (hovered.current ? tooltipAt(chart, index, scheme) : "");
    instance.current?.setOption(toOption(chart, scheme, tooltip), { notMerge: true });
  }, [chart, scheme, group]);

  useImperativeHandle(ref, () => ({
    png: (background) => instance.current?.getDataURL({ pixelRatio: 2, backgroundColor: background }) ?? "",
  }));

  const bucketAt = (x: number): number => {
    const index = instance.current?.convertFromPixel({ xAxisIndex: 0 }, x);
    return Math.min(Math.max(0, index ?? 0), chart.buckets.length - 1);
  };
  const xOf = (event: PointerEvent<HTMLDivElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;

  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (event.pointerType === "touch" || event.button !== 0) return; // a finger scrolls the page
    setDrag({ from: xOf(event), to: xOf(event) });
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (drag === null) return;
    const to = xOf(event);
    if (Math.abs(to - drag.from) > MIN_DRAG) event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from: drag.from, to });
  };
  const end = () => {
    if (drag !== null && Math.abs(drag.to - drag.from) > MIN_DRAG) {
      onZoom(bucketAt(Math.min(drag.from, drag.to)), bucketAt(Math.max(drag.from, drag.to)));
    }
    setDrag(null);
  };

  return (
    <div
      className={classes["frame"]}
      role="img"
      aria-label={label}
      onPointerEnter={() => {
        hovered.current = true;
      }}
      onPointerLeave={() => {
        hovered.current = false;
      }}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={onZoomOut}
    >
      <div ref={node} className={classes["chart"]} />
      {drag !== null && (
        <div
          className={classes["selection"]}
          style={{ left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }}
        />
      )}
    </div>
  );
}
