"""How deep a JSON value is nested. Readers of JSON differ in how deep they go, so what is stored stays shallow."""

from __future__ import annotations

from collections.abc import Mapping

DEEPEST = 32
"""Levels of objects and lists that are stored."""


def is_too_deep(value: object, levels: int = DEEPEST) -> bool:
    """Whether it has more than `levels` levels. Stops as soon as that is clear."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return levels < 0 or any(is_too_deep(v, levels - 1) for v in inner)
