"""Charts as PNG: mails run no scripts. Transparent, in colours that are read on light and on dark paper."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from promptpulse.incidents.wording import figure
from promptpulse.reports.content import Bars, Chart
from promptpulse.reports.wording import NONE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GRID = "#78808c", "#78808c"
COLOURS = ("#3b82d6", "#d97706", "#0d9488", "#c0568f", "#8b6fd6", "#7d8b2f")
WIDTH_IN, HEIGHT_IN, DPI = 5.92, 1.9, 200
LETTERS = 10.5
"""Points. A phone shows the picture at little more than half its size."""
LONGEST_LABEL = 34
_drawing = Lock()
"""matplotlib shares fonts and caches."""


def png(chart: Chart | Bars, tz: str) -> bytes:
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second to load: only where something is drawn

    height = HEIGHT_IN if isinstance(chart, Chart) else max(0.9, 0.29 * len(chart.labels) + 0.3)
    with _drawing:
        drawn = Figure(figsize=(WIDTH_IN, height), dpi=DPI, layout="constrained")
        axes = drawn.add_subplot()
        _paper(drawn, axes)
        if isinstance(chart, Chart):
            _over_time(axes, chart, ZoneInfo(tz))
        else:
            _bars(axes, chart)
        out = io.BytesIO()
        drawn.savefig(out, format="png", transparent=True)
    return out.getvalue()


def _paper(drawn: Figure, axes: Axes) -> None:
    drawn.get_layout_engine().set(w_pad=0.02, h_pad=0.03)  # type: ignore[union-attr, call-arg]  # constrained has them
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(INK)
    axes.tick_params(colors=INK, labelsize=LETTERS, length=0)
    axes.grid(axis="y", color=GRID, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)


def _over_time(axes: Axes, chart: Chart, tz: ZoneInfo) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    at = range(len(chart.starts))
    for one, colour in zip(chart.series, COLOURS * 3, strict=False):
        values = [float("nan") if v is None else v for v in one.values]
        if chart.kind == "bar" and len(chart.series) == 1:
            axes.bar(at, values, color=colour, width=0.8)
        else:
            marker = "o" if sum(v is not None for v in one.values) <= 2 else ""
            axes.plot(at, values, color=colour, linewidth=1.4, marker=marker, markersize=3, label=_cut(one.label))
            if chart.kind == "area" and len(chart.series) == 1:
                axes.fill_between(at, values, color=colour, alpha=0.15)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=chart.unit in {"count", "tokens", "errors"}))
    axes.yaxis.set_major_formatter(_formatter(chart.unit))
    if chart.unit == "percent":
        top = axes.get_ylim()[1]
        axes.set_ylim(top=min(top, 100.5) if top > 100 else None)
    elif chart.kind in {"bar", "area"}:
        axes.set_ylim(bottom=0)
    ticks = _ticks(chart.starts, tz)
    axes.set_xticks([i for i, _ in ticks], [text for _, text in ticks])
    axes.set_xlim(-0.6, len(chart.starts) - 0.4)  # also where nothing was known at the beginning
    if len(chart.series) > 1:
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3, fontsize=LETTERS, frameon=False, labelcolor=INK
        )


def _bars(axes: Axes, chart: Bars) -> None:
    at = range(len(chart.labels))
    values = [0.0 if v is None else v for v in chart.values]
    axes.barh(at, values, color=COLOURS[0], height=0.62)
    axes.set_yticks([*at], [_cut(label) for label in chart.labels])
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    for i, value in enumerate(chart.values):
        text = NONE if value is None else figure(value, chart.unit).removesuffix(" tokens")
        axes.annotate(
            text, (values[i], i), xytext=(4, 0), textcoords="offset points", va="center", fontsize=LETTERS, color=INK
        )
    axes.margins(x=0.16)
    axes.set_xlim(left=0)


def _ticks(starts: Sequence[datetime], tz: ZoneInfo) -> list[tuple[int, str]]:
    """About seven: hours of a day, else days."""
    if not starts:
        return []
    local = [start.astimezone(tz) for start in starts]
    within_a_day = (local[-1] - local[0]).total_seconds() <= 25 * 3600
    if within_a_day:
        return [(i, f"{t:%H:%M}") for i, t in enumerate(local) if t.minute == 0 and t.hour % 4 == 0]
    days = [(i, t) for i, t in enumerate(local) if i == 0 or t.date() != local[i - 1].date()]
    step = max(1, -(-len(days) // 8))
    return [(i, f"{t:%a} {t.day}" if len(days) <= 8 else f"{t.day} {t:%b}") for i, t in days[::step]]


def _formatter(unit: str) -> Any:
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    return FuncFormatter(lambda value, _: figure(value, unit).removesuffix(" tokens").removesuffix(" a minute"))


def _cut(label: str) -> str:
    # a dollar sign would begin a formula
    shown = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    return shown.replace("$", r"\$").lstrip("_") or "unknown"
