import { ActionIcon, SegmentedControl } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useApi } from "../../../api/ApiContext";
import type { SharedDashboard, WidgetData } from "../../../api/dashboards";
import { formatTime } from "../../../format/time";
import { PRESET_LABEL, PRESETS, windowOf, type Range } from "../../../state/range";
import { hasRange, parseView, writeView } from "../../../state/view";
import { Empty } from "../../../ui/Empty";
import { Logo } from "../../../ui/Logo";
import { WidgetGrid } from "../view/WidgetGrid";
import { SceneContext, type Scene } from "../widgets/SceneContext";
import classes from "./Shared.module.css";

interface Props {
  token: string;
  shared: SharedDashboard;
}

/** The dashboard as it was saved; the time alone may be chosen. */
export function SharedView({ token, shared }: Props) {
  const api = useApi();
  const [params, setParams] = useSearchParams();
  const [now, setNow] = useState(() => Date.now());
  const { dashboard, tz: timeZone } = shared;
  const view = parseView(params);
  const range: Range = hasRange(params) ? view.range : { preset: dashboard.range };
  const window = windowOf(range, now, timeZone);
  const change = (next: Range) =>
    setParams((current) => writeView({ ...parseView(current), range: next }, new URLSearchParams("range")));
  const scene: Scene = {
    timeZone,
    now,
    range,
    window,
    metrics: new Map(shared.metrics.map((metric) => [metric.key, metric])),
    marks: [],
    keys: ["shared", token, "widget"],
    load: async (widget, asked, signal) => {
      const path = `/shared/${encodeURIComponent(token)}/widgets/${encodeURIComponent(widget.id)}`;
      const span = { start: new Date(asked.start).toISOString(), end: new Date(asked.end).toISOString() };
      return (await api<WidgetData>(path, { params: span, signal })).data;
    },
    zoom: (start, end) => change({ start, end }),
    zoomOut: () => {
      if (!("preset" in range)) change({ preset: dashboard.range });
    },
    ways: null,
  };
  return (
    <SceneContext value={scene}>
      <title>{`${dashboard.name} · ${shared.project}`}</title>
      <meta name="robots" content="noindex" />
      <header className={classes["bar"]}>
        <Logo />
        <span className={classes["project"]}>{shared.project}</span>
        <div className={classes["right"]}>
          {!("preset" in range) && (
            <span className={classes["muted"]}>
              {formatTime(range.start, "dateMinute", timeZone)} to {formatTime(range.end, "dateMinute", timeZone)}
            </span>
          )}
          <SegmentedControl
            size="xs"
            aria-label="Time range"
            className={classes["presets"] ?? ""}
            value={"preset" in range ? range.preset : ""}
            onChange={(value) => {
              const preset = PRESETS.find((one) => one === value);
              if (preset !== undefined) change({ preset });
            }}
            data={PRESETS.map((value) => ({
              value,
              label: value === "1h" ? "1 hour" : PRESET_LABEL[value].replace("Last ", ""),
            }))}
          />
          <ActionIcon variant="default" size={30} aria-label="Refresh" onClick={() => setNow(Date.now())}>
            <IconRefresh size={16} aria-hidden />
          </ActionIcon>
        </div>
      </header>
      <main className={classes["main"]}>
        <h1 className={classes["name"]}>{dashboard.name}</h1>
        {dashboard.description !== "" && <p className={classes["description"]}>{dashboard.description}</p>}
        {dashboard.widgets.length === 0 ? (
          <Empty title="Nothing is on this dashboard yet" />
        ) : (
          <WidgetGrid widgets={dashboard.widgets} />
        )}
      </main>
      <footer className={classes["foot"]}>
        Times in {timeZone.replaceAll("_", " ")}. This link works until{" "}
        {formatTime(shared.expires_at, "dateMinute", timeZone)}.
      </footer>
    </SceneContext>
  );
}
