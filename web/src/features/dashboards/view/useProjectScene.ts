import { useLocation, useNavigate } from "react-router";
import { useApi } from "../../../api/ApiContext";
import type { WidgetData } from "../../../api/dashboards";
import { traffic } from "../../../api/keys";
import { useCatalogue } from "../../../api/useCatalogue";
import { alertLinks } from "../../../charts/useAlertLinks";
import { useMarks } from "../../../charts/useMarks";
import { useClock } from "../../../state/ClockContext";
import { useProject } from "../../../state/ProjectContext";
import type { Range } from "../../../state/range";
import { useHref } from "../../../state/useHref";
import { useView } from "../../../state/useView";
import { useWindow } from "../../../state/useWindow";
import { whereOf } from "../../../state/where";
import { callsParams } from "../callsParams";
import { alertOfWidget } from "../widgets/alertOfWidget";
import type { Scene } from "../widgets/SceneContext";

/** The time and the filters of the top bar, for widgets. `opensWith`: what the page shows after zooming out. */
export function useProjectScene(opensWith: Range): Scene {
  const api = useApi();
  const { id: project, time_zone: timeZone, role } = useProject();
  const { view, change } = useView();
  const { now } = useClock();
  const window = useWindow();
  const { data: metrics } = useCatalogue();
  const marks = useMarks(window, view.prompts);
  const href = useHref();
  const navigate = useNavigate();
  const location = useLocation();
  const where = whereOf(view);
  return {
    timeZone,
    now,
    range: view.range,
    window,
    metrics,
    marks,
    keys: [...traffic(project), "widget", where],
    load: async (widget, asked, signal) => {
      const body = {
        widget,
        start: new Date(asked.start).toISOString(),
        end: new Date(asked.end).toISOString(),
        where,
      };
      return (await api<WidgetData>("/dashboards/data", { method: "POST", params: { project }, body, signal })).data;
    },
    zoom: (from, to) => change({ range: { start: from, end: to } }, { zoomed: true }),
    zoomOut: () => {
      const state = location.state as { zoomed?: boolean } | null;
      if (state?.zoomed === true) void navigate(-1);
      else if (!("preset" in view.range)) change({ range: opensWith });
    },
    ways: {
      calls: (filters, range) => href("/calls", callsParams(filters), { range }),
      call: (id, range) => href(`/calls/${encodeURIComponent(id)}`, {}, { range }),
      experiment: (id) => href(`/experiments/${encodeURIComponent(id)}`),
      page: (path) => href(path),
      alerts: (widget) => {
        const watched = alertOfWidget(widget, where);
        return watched === null || metrics === undefined || role === "viewer" ? [] : alertLinks(watched, metrics, href);
      },
    },
  };
}
