"""The shared server of `tests/server`."""

from __future__ import annotations

from server.conftest import server

__all__ = ["server"]
