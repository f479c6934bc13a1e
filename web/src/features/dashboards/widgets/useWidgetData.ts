import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Widget, WidgetData } from "../../../api/dashboards";
import { windowOf, type Range, type Window } from "../../../state/range";
import { useScene, type Scene } from "./SceneContext";

/** The time a widget shows, as chosen: its own, or the page's. */
export function rangeOf({ query }: Widget, scene: Pick<Scene, "range">): Range {
  return query.range == null ? scene.range : { preset: query.range };
}

export function windowOfWidget(widget: Widget, scene: Scene): Window {
  return widget.query.range == null
    ? scene.window
    : windowOf({ preset: widget.query.range }, scene.now, scene.timeZone);
}

/** What a widget shows. Asked as soon as it is to be seen. */
export function useWidgetData(widget: Widget, seen: boolean) {
  const scene = useScene();
  const window = windowOfWidget(widget, scene);
  return useQuery<WidgetData>({
    // not its title or place: they change nothing of the answer
    queryKey: [...scene.keys, widget.id, widget.kind, widget.query, window.start, window.end],
    enabled: seen && widget.kind !== "text",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => scene.load(widget, window, signal),
  });
}
