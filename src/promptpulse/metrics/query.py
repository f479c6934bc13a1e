"""A question about calls, as a value: what every chart, table, rule and report stores."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from promptpulse.core.times import BUCKETS, MAX_BUCKETS, Bucket, auto_bucket, edges
from promptpulse.metrics.catalogue import ALIASES, DIMENSIONS, METRICS, PROPERTY_PREFIX, Metric
from promptpulse.metrics.conditions import Filter, checked_filter
from promptpulse.metrics.definitions import CUSTOM_PREFIX, INLINE_PREFIX, NONE, Definitions, custom_metric
from promptpulse.metrics.fields import BadQuery
from promptpulse.metrics.formula import FormulaError, is_additive
from promptpulse.metrics.grammar import formula_of

HOUR_OF_DAY, WEEKDAY, NEW_USER = "time.hour", "time.weekday", "user.new"
COHORTS = (HOUR_OF_DAY, WEEKDAY, NEW_USER)
"""What calls may also be grouped by: their hour and weekday (1 is Monday) in the query's zone, and whether the user's first
call ever lies in the range (`new`) or before it (`returning`; not known without a user)."""
MAX_GROUPS = 1000
EARLIEST, LATEST = 1970, 2200
"""Years that the store can tell."""
MAX_FORMULAS = 20_000
"""Characters of all formulas of a query: its statement has a largest size."""
LONGEST_SHOWN = 100
MAX_POINTS = 1_000_000
"""Groups x buckets x metrics of one answer."""


@dataclass(frozen=True, slots=True)
class Query:
    """Metrics over `[start, end)`, one value a group, or one a bucket and group."""

    project: str
    metrics: tuple[str, ...]
    start: datetime
    end: datetime
    bucket: str | None = None
    """A name of `BUCKETS`, or `auto`."""
    by: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()
    tz: str = "UTC"
    """Where days begin."""
    limit: int = 100
    """Groups kept: those with the largest value of `order_by`."""
    order_by: str = ""
    """A metric of the query; the first when empty."""
    cumulative: bool = False
    """Each bucket with all before it in the range. Only of metrics that add up."""
    definitions: Definitions = field(default=NONE, hash=False, repr=False)
    """Of the project: what `custom.<key>` and the texts of scores mean."""

    def metric(self, key: str) -> Metric:
        """Of the catalogue, `custom.<key>` of the project, or `=<formula>`. Raises `BadQuery`."""
        if found := METRICS.get(key) or self.definitions.metrics.get(key):
            return found
        if key.startswith(INLINE_PREFIX):
            return custom_metric(key, key.removeprefix(INLINE_PREFIX).strip(), key.removeprefix(INLINE_PREFIX))
        if key.startswith(CUSTOM_PREFIX):
            raise BadQuery(f"metrics: {key!r} is not a custom metric of this project", field="metrics")
        raise BadQuery(f"metrics: {key!r} is not a metric; see GET /api/v1/metrics/catalogue", field="metrics")

    @property
    def needed_dimensions(self) -> frozenset[str]:
        return frozenset({*self.by, *(f.dimension for f in self.where)})

    @property
    def tells_clock(self) -> bool:
        """Groups by what a clock on the wall shows."""
        return HOUR_OF_DAY in self.by or WEEKDAY in self.by


def checked(query: Query) -> Query:
    """`query` with short names resolved. Raises `BadQuery` that names the field and what to do."""
    _check_metrics(query)
    if query.start >= query.end:
        raise BadQuery("end: must be later than start", field="end")
    if not EARLIEST <= query.start.year <= query.end.year <= LATEST:
        raise BadQuery(f"start: the range must lie between the years {EARLIEST} and {LATEST}", field="start")
    if not 1 <= query.limit <= MAX_GROUPS:
        raise BadQuery(f"limit: {query.limit} is not between 1 and {MAX_GROUPS}", field="limit")
    zone(query.tz)
    _check_size(query)
    _check_cumulative(query)
    by = tuple(canonical(d, "by") for d in query.by)
    if len(set(by)) < len(by):
        raise BadQuery("by: each dimension may be named once", field="by")
    where = tuple(checked_filter(f) for f in query.where)
    bucket = query.bucket
    if bucket == "auto":
        bucket = auto_bucket(query.start, query.end)
    if bucket is not None and bucket not in BUCKETS:
        raise BadQuery(f"bucket: {bucket!r} is not one of auto, {', '.join(BUCKETS)}", field="bucket")
    return replace(query, bucket=bucket, by=by, where=where)


def _check_metrics(query: Query) -> None:
    for key in query.metrics:
        _check_formula(key, query.metric(key))
    if not query.metrics:
        raise BadQuery("metrics: name at least one metric", field="metrics")
    if len(set(query.metrics)) < len(query.metrics):
        raise BadQuery("metrics: each metric may be named once", field="metrics")
    if query.order_by and query.order_by not in query.metrics:
        raise BadQuery(f"order_by: {query.order_by!r} must be one of the metrics asked for", field="order_by")


def _check_formula(key: str, metric: Metric) -> None:
    try:
        formula_of(metric)
    except FormulaError as e:
        shown = key if len(key) <= LONGEST_SHOWN else f"{key[:LONGEST_SHOWN]}..."
        raise BadQuery(
            f"metrics: {shown!r}: {e.problem} (at character {e.position + 1} of the formula)", field="metrics"
        ) from e


def _check_size(query: Query) -> None:
    formulas = [query.metric(key).custom or "" for key in query.metrics]
    characters = sum(map(len, formulas))
    if characters > MAX_FORMULAS:
        raise BadQuery(
            f"metrics: the formulas have {characters} characters together; at most {MAX_FORMULAS} fit into a query",
            field="metrics",
        )


def _check_cumulative(query: Query) -> None:
    if not query.cumulative:
        return
    if query.bucket is None:
        raise BadQuery("cumulative: needs a `bucket`; the value of the whole range is its last sum", field="cumulative")
    for key in query.metrics:
        metric = query.metric(key)
        formula = formula_of(metric)
        if not (is_additive(formula.root) if formula else metric.additive):
            raise BadQuery(
                f"cumulative: {metric.label} of several buckets does not add up; ask for counts, tokens or costs",
                field="cumulative",
            )


def canonical(dimension: str, field: str) -> str:
    """The key of a dimension given by key, short name or `properties.<key>`."""
    key = ALIASES.get(dimension, dimension)
    if key in DIMENSIONS or key in COHORTS or (key.startswith(PROPERTY_PREFIX) and len(key) > len(PROPERTY_PREFIX)):
        return key
    raise BadQuery(
        f"{field}: {dimension!r} is not a dimension; use one of {', '.join(DIMENSIONS)} or {PROPERTY_PREFIX}<key>",
        field=field,
    )


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadQuery(
            f"tz: {name!r} is not a time zone of the IANA database, such as Europe/Stockholm", field="tz"
        ) from None


def axis(query: Query) -> tuple[Bucket, list[datetime]] | None:
    """The bucket and the starts of all buckets; None when the query has no bucket. Raises `BadQuery` when there are too many."""
    if query.bucket is None:
        return None
    bucket = BUCKETS[query.bucket]
    starts = edges(query.start, query.end, bucket, zone(query.tz))
    if len(starts) > MAX_BUCKETS:
        raise BadQuery(
            f"bucket: {query.bucket} cuts this range into more than {MAX_BUCKETS} pieces; take a larger bucket or a shorter range",
            field="bucket",
        )
    return bucket, starts
