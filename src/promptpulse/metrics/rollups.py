"""Rollups: caches of `calls` that answer the common questions. They may be dropped and rebuilt at any time; of days whose
calls are gone (kept.py) they are all there is, and stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from promptpulse.core.ids import stable_hash
from promptpulse.core.times import EPOCH
from promptpulse.metrics import kept
from promptpulse.metrics.catalogue import DIMENSIONS
from promptpulse.metrics.measures import MEASURES, Measure
from promptpulse.store import Store


@dataclass(frozen=True, slots=True)
class Source:
    """A table that queries read. `grain` 0 is the raw table."""

    table: str
    time: str
    grain: timedelta
    dimensions: frozenset[str]
    measures: frozenset[str]
    keep: timedelta | None = None
    """Only calls that started this recently are in it; None: all."""
    by_view: bool = True
    """Fed with every insert; the others are filled when a day is over (days.py)."""

    @property
    def is_raw(self) -> bool:
        return not self.grain


_ALL = frozenset(MEASURES)
_ENVIRONMENT = frozenset({"environment"})
_PROMPT = frozenset({"prompt_id", "environment"})  # what the pages of the product filter by
# Ids of users hardly compress: they are kept by day, and the calls answer for the rest.
_WITHOUT_USERS = _ALL - {"users"}
_COMMON = frozenset(
    {
        "prompt_id",
        "prompt_version",
        "provider",  # follows from the model nearly always: costs no rows
        "model",
        "environment",
        "feature",  # follows from the prompt in most programs
        "operation",  # embeddings can be told from chat
        "experiment_id",
        "variant_id",
    }
)
RAW = Source("calls", "ts", timedelta(0), frozenset(DIMENSIONS), _ALL)
# Fed by views, so that a stored call is in them at once. Each costs every insert some 10 ms: no more than two.
# Coarsest first: the first that answers exactly is read.
ROLLUPS = (
    Source("calls_1h", "t", timedelta(hours=1), _COMMON, _WITHOUT_USERS),
    Source("calls_1m", "t", timedelta(minutes=1), _PROMPT, _WITHOUT_USERS, keep=timedelta(days=3)),
)
# Computed from the calls when a day is over (days.py). Their cost does not grow with the number of calls.
# Coarsest, and with the fewest dimensions, first.
DAY_ROLLUPS = (
    Source("days_by_day", "t", timedelta(days=1), _ENVIRONMENT, _ALL, by_view=False),
    Source("days_by_day_and_prompt", "t", timedelta(days=1), _PROMPT, _ALL, by_view=False),
    Source("days_by_hour", "t", timedelta(hours=1), _ENVIRONMENT, _WITHOUT_USERS, by_view=False),
    Source("days_by_hour_and_prompt", "t", timedelta(hours=1), _PROMPT, _WITHOUT_USERS, by_view=False),
    Source("days_by_minute", "t", timedelta(minutes=1), _PROMPT, frozenset({"calls"}), by_view=False),
)


def ensure(store: Store, *, engine: str = "AggregatingMergeTree") -> list[str]:
    """Create missing rollups, rebuild those whose definition changed. Returns the tables that were filled anew."""
    store.command(
        "CREATE TABLE IF NOT EXISTS rollup_definitions (name String, definition String, at DateTime64(6) DEFAULT now64(6))"
        " ENGINE = MergeTree ORDER BY name"
    )
    known = store.query("SELECT name, argMax(definition, at) AS definition FROM rollup_definitions GROUP BY name")
    current = {name: definition for name, definition in known.rows()}  # noqa: C416 - the pairs are tuples of any length
    gone, tables, filled = kept.gone(store), _tables(store), []
    for rollup in (*ROLLUPS, *DAY_ROLLUPS):
        statements = _definition(rollup, engine)
        fingerprint = stable_hash(*statements)
        before = f"{rollup.table}_before"
        if current.get(rollup.table) == fingerprint:
            if before in tables:  # the last start ended just before it was dropped
                store.command(f"DROP TABLE {before}")
            continue
        store.command(f"DROP VIEW IF EXISTS {rollup.table}_mv")
        is_history = bool(gone.before) and rollup.keep is None
        if is_history and before not in tables and rollup.table in tables:
            store.command(f"RENAME TABLE {rollup.table} TO {before}")
        store.command(f"DROP TABLE IF EXISTS {rollup.table}")
        for statement in statements:
            store.command(statement)
        of_kept, params = gone.left_out(RAW.time)
        if rollup.by_view:
            store.command(f"INSERT INTO {rollup.table} {select(rollup, of_kept)}", params)
        else:
            marks, params = gone.left_out("day")
            store.command(
                f"DELETE FROM whole_days WHERE {marks}" if gone.before else "TRUNCATE TABLE whole_days", params
            )
        if is_history:
            _take_over(store, rollup, before, gone)
        store.insert(
            "rollup_definitions",
            {"name": [rollup.table], "definition": [fingerprint]},
            {"name": "String", "definition": "String"},
        )
        store.command(f"DROP TABLE IF EXISTS {before}")
        filled.append(rollup.table)
    return filled


def _tables(store: Store) -> frozenset[str]:
    found = store.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
    return frozenset(str(name) for name in found.column("name"))


def _take_over(store: Store, rollup: Source, before: str, gone: kept.Gone) -> None:
    """Rows of days whose calls are gone, from the table as it was: what both know."""
    found = store.query(
        """
        SELECT name
        FROM system.columns
        WHERE database = currentDatabase() AND table IN {tables:Array(String)}
        GROUP BY name
        HAVING count() = 2 AND uniqExact(type) = 1
        ORDER BY name
        """,
        {"tables": [rollup.table, before]},
    )
    columns = ", ".join(map(str, found.column("name")))
    if columns:
        of_gone, params = gone.alone(rollup.time)
        store.command(f"INSERT INTO {rollup.table} ({columns}) SELECT {columns} FROM {before} WHERE {of_gone}", params)


def rebuild_all(store: Store) -> list[str]:
    """Drop and fill every rollup. Not to be run beside a writer; the days are left to `days.build_all`."""
    store.command("TRUNCATE TABLE rollup_definitions")
    return ensure(store)


def rebuild(store: Store, rollup: Source, hours: Sequence[datetime]) -> None:
    """Compute `hours` (their starts, UTC) anew from the raw calls, where these are kept. Not to be run beside a writer."""
    gone = kept.gone(store)
    of_calls, params = gone.left_out(RAW.time)
    of_rows, _ = gone.left_out(rollup.time)
    params["hours"] = sorted(hours)
    hours_of_calls = f"toStartOfHour(ts, 'UTC') IN {{hours:Array(DateTime('UTC'))}} AND {of_calls}"
    chosen = f"IN {{hours:Array(DateTime('UTC'))}} AND {of_rows}"
    store.command(f"DELETE FROM {rollup.table} WHERE toStartOfHour(t, 'UTC') {chosen}", params)
    store.command(f"INSERT INTO {rollup.table} {select(rollup, hours_of_calls)}", params)


def correct_costs(store: Store, rollup: Source, project: str, days: Sequence[date]) -> None:
    """Make the rollup tell the costs of the calls again, on UTC days of one project. Not to be run beside a writer.

    What it tells wrongly is added to it, or taken away, in one insert: nobody ever sees the days without their calls, and
    a second run adds nothing. Only rows that it has are corrected. Counts are unsigned: taking away k adds 2**64 - k,
    which sums take for the same."""
    params, inside = _within(project, days)
    dimensions = sorted(rollup.dimensions)
    keys = ["project", "t", *dimensions]
    counted = [MEASURES[name] for name in sorted(rollup.measures) if MEASURES[name].reads("cost_usd")]
    names = [m.column for m in counted]
    step = int(rollup.grain.total_seconds())
    raw = ", ".join([
        "project", f"toStartOfInterval(ts, INTERVAL {step} SECOND, 'UTC') AS t", *dimensions,
        *(f"{_signed(m, m.raw(()))} AS {m.column}_" for m in counted),
    ])  # fmt: skip
    told = ", ".join([*keys, *(f"-{_signed(m, f'sum({m.column})')} AS {m.column}_" for m in counted)])
    added = ", ".join(f"{'toUInt64' if m.kind == 'count' else ''}(sum({m.column}_)) AS {m.column}" for m in counted)
    by = ", ".join(keys)
    store.command(
        f"""
        INSERT INTO {rollup.table} ({by}, {", ".join(names)})
        SETTINGS insert_deduplicate = 0
        SELECT {by}, {added}
        FROM (
          SELECT {raw} FROM calls WHERE {inside.replace("{t}", RAW.time)} GROUP BY {by}
          UNION ALL
          SELECT {told} FROM {rollup.table} WHERE {inside.replace("{t}", rollup.time)} GROUP BY {by}
        )
        GROUP BY {by}
        HAVING count() = 2 AND ({" OR ".join(f"{name} != 0" for name in names)})
        """,
        params,
    )


def _signed(measure: Measure, sql: str) -> str:
    return f"toInt64({sql})" if measure.kind == "count" else sql


def _within(project: str, days: Sequence[date]) -> tuple[dict[str, object], str]:
    """What the condition "on these UTC days of the project" binds, and the condition, with `{t}` for the column of time."""
    first = datetime.combine(min(days), time(), UTC)
    last = datetime.combine(max(days), time(), UTC) + timedelta(days=1)
    params: dict[str, object] = {"project": project, "start": first, "end": last, "days": sorted(days)}
    # the range is for the index
    return params, (
        "project = {project:String} AND {t} >= {start:DateTime('UTC')} AND {t} < {end:DateTime('UTC')}"
        " AND toDate({t}, 'UTC') IN {days:Array(Date)}"
    )


def differing_hours(store: Store, rollup: Source, now: datetime) -> list[datetime]:
    """Hours in which the rollup counts other calls than the raw table does: a write was cut off between the two.

    Only of days whose calls are kept."""
    gone = kept.gone(store)
    of_calls, params = gone.left_out(RAW.time)
    of_rows, _ = gone.left_out(rollup.time)
    since = _hour(now - rollup.keep) + timedelta(hours=1) if rollup.keep else EPOCH
    answer = store.query(
        f"""
        SELECT toUnixTimestamp(hour) AS hour_s
        FROM (
          SELECT project, toStartOfHour(ts, 'UTC') AS hour, toInt64(count()) AS n FROM calls
          WHERE ts >= {{since:DateTime64(6, 'UTC')}} AND {of_calls} GROUP BY project, hour
          UNION ALL
          SELECT project, toStartOfHour({rollup.time}, 'UTC') AS hour, -toInt64(sum(calls_state)) AS n FROM {rollup.table}
          WHERE {rollup.time} >= {{since:DateTime64(6, 'UTC')}} AND {of_rows} GROUP BY project, hour
        )
        GROUP BY project, hour
        HAVING sum(n) != 0
        """,
        {"since": since, **params},
    )
    return sorted({datetime.fromtimestamp(int(str(s)), UTC) for s in answer.column("hour_s")})


def repair(store: Store, now: datetime) -> dict[str, int]:
    """Make every rollup equal to the raw calls again; hours rebuilt by table. Run before the first write."""
    repaired = {}
    for rollup in ROLLUPS:
        hours = differing_hours(store, rollup, now)
        if hours:
            rebuild(store, rollup, hours)
            repaired[rollup.table] = len(hours)
    return repaired


# As for `calls`: see migrations/0001_calls.sql.
_SETTINGS = "non_replicated_deduplication_window = 1000, merge_selector_base = 20, auto_statistics_types = ''"


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _definition(rollup: Source, engine: str) -> list[str]:
    measures = [MEASURES[name] for name in sorted(rollup.measures)]
    dimensions = sorted(rollup.dimensions)
    columns = [
        "project LowCardinality(String)",
        "t DateTime('UTC') CODEC(Delta, ZSTD(1))",
        *(f"{d} LowCardinality(String)" for d in dimensions),
        *(f"{m.column} {m.column_type} CODEC(ZSTD(1))" for m in measures),
    ]
    ttl = f" TTL t + INTERVAL {int(rollup.keep.total_seconds())} SECOND" if rollup.keep else ""
    table = (
        f"CREATE TABLE {rollup.table} ({', '.join(columns)}) ENGINE = {engine} PARTITION BY toYYYYMM(t)"
        f" ORDER BY (project, t, {', '.join(dimensions)}){ttl} SETTINGS {_SETTINGS}"
    )
    view = f"CREATE MATERIALIZED VIEW {rollup.table}_mv TO {rollup.table} AS {select(rollup)}"
    return [table, view] if rollup.by_view else [table]


def select(rollup: Source, condition: str = "") -> str:
    """The statement that computes the rollup's rows from calls, of all calls or of those that meet `condition`."""
    step = int(rollup.grain.total_seconds())
    dimensions = sorted(rollup.dimensions)
    conditions = [condition] if condition else []
    if rollup.keep:
        conditions.append(f"ts >= now() - INTERVAL {int(rollup.keep.total_seconds())} SECOND")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    columns = [
        "project",
        f"toStartOfInterval(ts, INTERVAL {step} SECOND, 'UTC') AS t",
        *dimensions,
        *(f"{MEASURES[name].state()} AS {MEASURES[name].column}" for name in sorted(rollup.measures)),
    ]
    return f"SELECT {', '.join(columns)} FROM calls{where} GROUP BY project, t, {', '.join(dimensions)}"
