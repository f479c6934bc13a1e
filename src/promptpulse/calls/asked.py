"""Which calls a list, a file or a choice of values is about: query parameters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from promptpulse.calls.queries import Cursor, Selection
from promptpulse.core.errors import BadRequest, Refused
from promptpulse.core.wording import problem
from promptpulse.definitions.asked import FilterIn, Instant, Text
from promptpulse.files import Format
from promptpulse.metrics import Filter
from promptpulse.metrics.conditions import SEARCH, TEXT, FilterOp, checked_filter

DEFAULT_RANGE = timedelta(days=30)
EQUAL = (
    "prompt_id", "prompt_version", "provider", "model", "status", "error_type", "error_family", "environment", "feature",
    "operation", "user_id", "session_id", "experiment_id", "variant_id", "cost_source", "trace_id",
)  # fmt: skip
"""Parameters that are filters of a field for one value."""
_FILTERS = TypeAdapter(list[FilterIn])


class Range(BaseModel):
    """Query parameters of everything about calls."""

    model_config = ConfigDict(extra="ignore")

    start: Instant | None = Field(None, description="Inclusive; 30 days before `end` when absent.")
    end: Instant | None = Field(None, description="Exclusive; now when absent.")

    def range(self, now: datetime) -> tuple[datetime, datetime]:
        end = self.end or now + timedelta(days=1)  # clocks of clients may be ahead
        return self.start or min(end, now) - DEFAULT_RANGE, end


class Filters(Range):
    """Query parameters that choose calls."""

    prompt_id: str | None = Field(None, max_length=256)
    prompt_version: str | None = Field(None, max_length=256)
    provider: str | None = Field(None, max_length=256)
    model: str | None = Field(None, max_length=256)
    status: Literal["success", "error"] | None = None
    error_type: str | None = Field(None, max_length=40)
    error_family: str | None = Field(None, max_length=10)
    environment: str | None = Field(None, max_length=256)
    feature: str | None = Field(None, max_length=256)
    operation: str | None = Field(None, max_length=256)
    user_id: str | None = Field(None, max_length=256)
    session_id: str | None = Field(None, max_length=256)
    experiment_id: str | None = Field(None, max_length=256)
    variant_id: str | None = Field(None, max_length=256)
    cost_source: Literal["client", "price_list", "override", "unpriced"] | None = None
    trace_id: str | None = Field(None, max_length=256)
    min_latency_ms: float | None = Field(None, ge=0, allow_inf_nan=False)
    max_latency_ms: float | None = Field(None, ge=0, allow_inf_nan=False)
    search: str | None = Field(None, max_length=200, description="Part of an id, user, session or error message.")
    where: str | None = Field(
        None,
        max_length=4000,
        description="Further filters, a JSON list as `where` of `POST /api/v1/query`: of every field, of"
        " `properties.<key>` and `score.<name>`.",
        examples=['[{"dimension": "latency_ms", "op": "gt", "values": [2000]}]'],
    )
    text: str | None = Field(
        None, max_length=200, description="Words in the stored messages of a call, in any case; all of them."
    )

    def selection(self, now: datetime) -> Selection:
        """Raises `Refused` that names the parameter."""
        return Selection(*self.range(now), tuple(self._filters()))

    def _filters(self) -> Iterator[Filter]:
        for name in EQUAL:
            value = getattr(self, name)
            if value is not None:
                yield checked_filter(Filter(name, "in", (value,)), name)
        bounds: tuple[tuple[str, FilterOp, float | None], ...] = (
            ("min_latency_ms", "gte", self.min_latency_ms),
            ("max_latency_ms", "lte", self.max_latency_ms),
        )
        for name, op, limit in bounds:
            if limit is not None:
                yield checked_filter(Filter("latency_ms", op, (str(limit),)), name)
        for name, words in ((SEARCH, self.search), (TEXT, self.text)):
            if words:
                yield checked_filter(Filter(name, "contains", (words,)), name)
        if self.where:
            yield from map(checked_filter, _read(self.where))


class Listed(Filters):
    """Query parameters of the list of calls."""

    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(
        None,
        max_length=300,
        description="Older calls than this one: `meta.next_cursor`, or `<timestamp>_<id>` of a row.",
        examples=["2026-11-21T10:00:00Z_req-1"],
    )
    format: Literal["json"] | Format = "json"

    @property
    def after(self) -> Cursor | None:
        if not self.cursor:
            return None
        try:
            return Cursor.parse(self.cursor)
        except ValueError:
            raise BadRequest(
                f"cursor: {self.cursor!r} is neither from meta.next_cursor nor <timestamp>_<id> of a call",
                field="cursor",
            ) from None


class Values(Filters):
    """Query parameters of the values of a field."""

    field: Annotated[Text, Field(min_length=1, max_length=300, examples=["model"])]
    prefix: Annotated[Text, Field(max_length=200, description="Only values that begin so, in any case.")] = ""
    limit: int = Field(20, ge=1, le=200)


def _read(where: str) -> Iterator[Filter]:
    try:
        given = _FILTERS.validate_json(where)
    except ValidationError as e:
        field, message = problem(e.errors())
        raise Refused(f"where{field and '.'}{field}: {message}", field="where") from None
    yield from (one.value() for one in given)
