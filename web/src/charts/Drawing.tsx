import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import {
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  VisualMapPiecewiseComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import type { EChartsOption } from "echarts";
import { CanvasRenderer } from "echarts/renderers";
import {
  use,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useRef,
  useState,
  type MouseEvent,
  type PointerEvent,
  type Ref,
} from "react";
import classes from "./Drawing.module.css";
import { drawInTurn } from "./drawInTurn";
import { PictureContext, type ChartPicture } from "./PictureContext";

echarts.use([
  LineChart,
  BarChart,
  PieChart,
  HeatmapChart,
  GridComponent,
  TooltipComponent,
  MarkAreaComponent,
  MarkLineComponent,
  VisualMapPiecewiseComponent,
  VisualMapContinuousComponent,
  CanvasRenderer,
]);

/** A drag shorter than this many pixels is a click. */
const MIN_DRAG = 6;
/** A second click within this time makes both a double click. */
const DOUBLE_CLICK_MS = 250;

interface Props {
  /** The option to draw; charts that are connected are all asked for a tooltip, `hovered` says which is under the cursor. */
  draw: (hovered: () => boolean) => EChartsOption;
  label: string;
  /** Charts of one group move their cursors together. */
  group?: string;
  /** How many places the x axis has; they are what a drag selects and a click picks. */
  places?: number;
  /** First and last place that a drag covered, in order. */
  onSelect?: (first: number, last: number) => void;
  onDoubleClick?: () => void;
  /** A click at a place of the x axis. */
  onPlace?: (place: number) => void;
  /** A click on something drawn: its index among the points of its series. */
  onItem?: (index: number) => void;
  /** Where its picture goes; that of the panel around it when absent. */
  ref?: Ref<ChartPicture> | undefined;
}

/** The only component that touches ECharts. Effects here synchronise with a system outside React. */
export function Drawing({ draw, label, group, places = 0, onSelect, onDoubleClick, onPlace, onItem, ref }: Props) {
  const node = useRef<HTMLDivElement>(null);
  const instance = useRef<echarts.ECharts>(null);
  const hovered = useRef(false);
  const waiting = useRef(0);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const item = useEffectEvent((index: number) => onItem?.(index));

  useEffect(() => {
    const drawn = echarts.init(node.current);
    instance.current = drawn;
    if (group !== undefined) {
      drawn.group = group;
      echarts.connect(group);
    }
    drawn.on("click", ({ dataIndex }) => {
      item(dataIndex);
    });
    const observer = new ResizeObserver(() => {
      drawn.resize();
    });
    if (node.current) observer.observe(node.current);
    return () => {
      window.clearTimeout(waiting.current);
      observer.disconnect();
      // the cells of a heatmap are painted over several frames; disposed meanwhile, the next frame throws (zrender 6)
      drawn.clear();
      drawn.dispose();
      instance.current = null;
    };
  }, [group]);

  useEffect(
    () =>
      drawInTurn(() => {
        instance.current?.setOption(
          draw(() => hovered.current),
          { notMerge: true },
        );
      }),
    [draw, group],
  );

  const outside = use(PictureContext);
  useImperativeHandle(ref ?? outside, () => ({
    png: (background) => instance.current?.getDataURL({ pixelRatio: 2, backgroundColor: background }) ?? "",
  }));

  const placeAt = (x: number): number => {
    const index = instance.current?.convertFromPixel({ xAxisIndex: 0 }, x);
    return Math.min(Math.max(0, index ?? 0), places - 1);
  };
  const xOf = (event: MouseEvent<HTMLDivElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;

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
      onSelect?.(placeAt(Math.min(drag.from, drag.to)), placeAt(Math.max(drag.from, drag.to)));
    }
    setDrag(null);
  };
  const click = (event: MouseEvent<HTMLDivElement>) => {
    if (onPlace === undefined || event.detail !== 1) return;
    const place = placeAt(xOf(event));
    waiting.current = window.setTimeout(() => onPlace(place), onDoubleClick === undefined ? 0 : DOUBLE_CLICK_MS);
  };

  return (
    <div
      className={classes["frame"]}
      role="img"
      aria-label={label}
      data-picks={onPlace !== undefined || undefined}
      onPointerEnter={() => {
        hovered.current = true;
      }}
      onPointerLeave={() => {
        hovered.current = false;
      }}
      {...(onSelect === undefined
        ? {}
        : { onPointerDown: begin, onPointerMove: move, onPointerUp: end, onPointerCancel: () => setDrag(null) })}
      onClick={click}
      onDoubleClick={() => {
        window.clearTimeout(waiting.current);
        onDoubleClick?.();
      }}
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
