"""Everything that Apprise knows by URL."""

from __future__ import annotations


def problem_of(url: str) -> str | None:  # noqa: ARG001 - soon
    """Why Apprise cannot send to `url`; None when it can."""
    return None
