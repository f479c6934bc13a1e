"""What tests make calls with."""

from collections.abc import Callable
from datetime import UTC, datetime

from promptpulse.core.call import Call

NOW = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)
MakeCall = Callable[..., Call]
