import { moveElement, verticalCompactor, type LayoutItem } from "react-grid-layout/core";
import type { Place, Widget } from "../../api/dashboards";

export const COLUMNS = 12;
export const ROW_PX = 40;
export const GAP_PX = 12;
/** The tallest that the API takes. */
const MOST_ROWS = 50;

export type Arrow = "left" | "right" | "up" | "down";

type Placed = Pick<Widget, "id" | "place">;

/** The places as the grid takes them. */
export function itemsOf(widgets: readonly Placed[]): LayoutItem[] {
  return widgets.map(({ id, place }) => ({ i: id, x: place.x, y: place.y, w: place.w, h: place.h }));
}

/** The widgets at the places of `items`; the same ones when nothing moved. */
export function placed<W extends Placed>(widgets: readonly W[], items: readonly LayoutItem[]): readonly W[] {
  const places = new Map(items.map(({ i, x, y, w, h }) => [i, { x, y, w, h }]));
  const next = widgets.map((widget) => {
    const place = places.get(widget.id);
    return place === undefined || samePlace(place, widget.place) ? widget : { ...widget, place };
  });
  return next.every((widget, index) => widget === widgets[index]) ? widgets : next;
}

/** Without overlaps, and without rows that nothing needs. */
export function compacted<W extends Placed>(widgets: readonly W[]): readonly W[] {
  const within = itemsOf(widgets).map((item) => ({ ...item, x: Math.min(item.x, COLUMNS - item.w) }));
  return placed(widgets, verticalCompactor.compact(within, COLUMNS));
}

/** In the order of reading: rows from the top, each from the left. */
export function inOrder<W extends Placed>(widgets: readonly W[]): readonly W[] {
  return [...widgets].sort((a, b) => a.place.y - b.place.y || a.place.x - b.place.x);
}

/** One step: a column aside, or up or down past the neighbour. The same widgets where there is no way. */
export function moved<W extends Placed>(widgets: readonly W[], id: string, arrow: Arrow): readonly W[] {
  const from = widgets.find((widget) => widget.id === id)?.place;
  if (from === undefined) return widgets;
  if (arrow === "left") return from.x === 0 ? widgets : movedTo(widgets, id, from.x - 1, from.y);
  if (arrow === "right") return from.x + from.w >= COLUMNS ? widgets : movedTo(widgets, id, from.x + 1, from.y);
  const step = arrow === "up" ? -1 : 1;
  // a row less is no move while a neighbour pushes it back: further, until it is past it
  for (let y = from.y + step; y >= 0 && y <= from.y + 2 * MOST_ROWS; y += step) {
    const next = movedTo(widgets, id, from.x, y);
    const to = next.find((widget) => widget.id === id)?.place;
    if (to !== undefined && Math.sign(to.y - from.y) === step) return next;
  }
  return widgets;
}

/** A column wider or narrower, a row taller or lower. */
export function resized<W extends Placed>(widgets: readonly W[], id: string, arrow: Arrow): readonly W[] {
  const by = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;
  const [columns, rows] = by[arrow];
  return compacted(
    widgets.map((widget) => {
      if (widget.id !== id) return widget;
      const { x, y, w, h } = widget.place;
      const place = {
        x,
        y,
        w: Math.min(Math.max(1, w + columns), COLUMNS - x),
        h: Math.min(Math.max(1, h + rows), MOST_ROWS),
      };
      return { ...widget, place };
    }),
  );
}

/** Earlier or later in the order of reading: the two exchange their places. */
export function reordered<W extends Placed>(widgets: readonly W[], id: string, step: -1 | 1): readonly W[] {
  const order = inOrder(widgets);
  const index = order.findIndex((widget) => widget.id === id);
  const [one, other] = [order[index], order[index + step]];
  if (one === undefined || other === undefined) return widgets;
  const [first, second] = step === 1 ? [other, one] : [one, other];
  const top = step === 1 ? one.place : other.place;
  const beside = top.x + first.place.w + second.place.w <= COLUMNS && one.place.y === other.place.y;
  const places = new Map<string, Place>([
    [first.id, { ...first.place, x: Math.min(top.x, COLUMNS - first.place.w), y: top.y }],
    [
      second.id,
      beside ? { ...second.place, x: top.x + first.place.w, y: top.y } : { ...second.place, y: top.y + first.place.h },
    ],
  ]);
  return compacted(widgets.map((widget) => ({ ...widget, place: places.get(widget.id) ?? widget.place })));
}

/** Below all others, as far to the left as it fits. */
export function freePlace(widgets: readonly Placed[], size: Pick<Place, "w" | "h">): Place {
  const bottom = Math.max(0, ...widgets.map(({ place }) => place.y + place.h));
  const places = widgets.map(({ place }) => place);
  // the last row may have room beside what is there
  for (let y = Math.max(0, bottom - size.h); y < bottom; y += 1) {
    for (let x = 0; x + size.w <= COLUMNS; x += 1) {
      const place = { x, y, ...size };
      const supported = places.every((other) => !overlap(place, other) && !(columnsMeet(place, other) && other.y > y));
      if (supported) return place;
    }
  }
  return { x: 0, y: bottom, ...size };
}

/** For a screen reader: "column 1, row 7, 6 wide, 5 tall". */
export function placeWords({ x, y, w, h }: Place): string {
  return `column ${x + 1}, row ${y + 1}, ${w} wide, ${h} tall`;
}

function movedTo<W extends Placed>(widgets: readonly W[], id: string, x: number, y: number): readonly W[] {
  const items = itemsOf(widgets); // moveElement changes those it is given
  const item = items.find(({ i }) => i === id);
  if (item === undefined) return widgets;
  return placed(
    widgets,
    verticalCompactor.compact(moveElement(items, item, x, y, true, false, "vertical", COLUMNS), COLUMNS),
  );
}

function samePlace(a: Place, b: Place): boolean {
  return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;
}

function columnsMeet(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w;
}

function overlap(a: Place, b: Place): boolean {
  return columnsMeet(a, b) && a.y < b.y + b.h && b.y < a.y + a.h;
}
