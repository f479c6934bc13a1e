"""Numbers and findings of a comparison in words, in the manner of the first documents of the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def figure(value: float | None, unit: str) -> str:
    """`98%`, `1,500ms`, `$0.018`, `250 tokens`."""
    if value is None:
        return "no data"
    return FIGURES[unit](value) if unit in FIGURES else _significant(value)


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def version(name: str) -> str:
    """`v2.1`, also of a version that is called so already."""
    return name if name[:1] in {"v", "V"} or not name[:1].isdigit() else f"v{name}"


def _plain(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.1f}"


def _significant(value: float) -> str:
    """Three digits, without zeros at the end; whole thousands in full."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{float(text):.12f}".rstrip("0").rstrip(".") if "e" in text else text


FIGURES: Mapping[str, Callable[[float], str]] = {
    "percent": lambda value: f"{_plain(round(value, 1))}%",
    "ms": lambda value: f"{round(value):,}ms",
    "usd": lambda value: f"${_significant(value)}",
    "tokens": lambda value: f"{round(value):,} tokens",
    "count": lambda value: f"{round(value):,}",
}
"""By unit of the catalogue."""
