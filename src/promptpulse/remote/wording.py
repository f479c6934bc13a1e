"""Values as people read them. No number is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

NOTHING = "-"
MOST_DECIMALS = 6
LEAST = 0.000001


def spelled(value: object, unit: str) -> str:
    """`1,234 ms`, `99.2 %`, `$0.0021`; a dash where nothing is known."""
    if not isinstance(value, int | float):
        return NOTHING
    match unit:
        case "ms":
            return f"{_short(value)} ms"
        case "percent":
            return f"{value:.2f} %"
        case "usd":
            return _dollars(value)
        case "per_minute":
            return f"{_short(value)}/min"
        case _:
            return _short(value)


def alarm(alert: Mapping[str, object]) -> str:
    """Its name, and what it says."""
    said = f": {alert['text']}" if alert["text"] else ""
    return f"{alert['severity']}: {alert['name']}{said}"


def signed_percent(value: object) -> str:
    return f"{value:+.1f} %" if isinstance(value, int | float) else NOTHING


def local(text: object, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """An RFC 3339 time on the clock of the project."""
    if not text:
        return NOTHING
    shown = datetime.fromisoformat(str(text)).astimezone(zone)
    return shown.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def length(time: timedelta) -> str:
    """`15 min`, `2 h`, `7 d`: in the largest unit that fits."""
    minutes = round(time.total_seconds() / 60)
    for unit, name in ((1440, "d"), (60, "h")):
        if minutes % unit == 0:
            return f"{minutes // unit} {name}"
    return f"{minutes} min"


def size(count: float) -> str:
    """Bytes."""
    for name in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or name == "GiB":
            return f"{count:.0f} {name}" if name == "B" else f"{count:.1f} {name}"
        count /= 1024
    raise AssertionError("unreachable")


def _dollars(value: float) -> str:
    if 0 < abs(value) < LEAST:
        return f"<${LEAST:.{MOST_DECIMALS}f}"
    return f"${value:,.2f}" if abs(value) >= 1 or not value else f"${_short(value)}"


def _short(value: float) -> str:
    """Three digits that matter, and no fewer than there are before the point."""
    if isinstance(value, int) or abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{value:.{MOST_DECIMALS}f}".rstrip("0") if "e" in text else text
