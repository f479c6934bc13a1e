import type { Widget } from "../../../api/dashboards";

/** An id that no widget of the dashboard has. */
export function freshId(widgets: readonly Pick<Widget, "id">[]): string {
  const taken = new Set(widgets.map(({ id }) => id));
  for (let number = widgets.length + 1; ; number += 1) {
    const id = `widget-${number}`;
    if (!taken.has(id)) return id;
  }
}
