"""Rows of a table from new to old, page by page: quick in any place of a large table, and no connection is held between pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from promptpulse.core.times import EPOCH
from promptpulse.store.client import Answer, Store

BLOCK = 10_000
FEW = 2000
"""So many moments are cheaper to look up than what lies between them is to read."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table with a column `ts`, and what of it is read."""

    table: str
    columns: str
    """Of SELECT; with `toUnixTimestamp64Micro(ts) AS us`, and with `ties` under their names."""
    ties: Mapping[str, str]
    """Texts that tell apart rows of the same moment: expressions by name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Of a row: what is older comes after it."""

    us: int
    ties: tuple[str, ...]


def newest(
    store: Store, listing: Listing, where: str, params: Mapping[str, object], after: Place | None, limit: int
) -> Answer:
    """`limit` rows at most that meet `where`, the newest first.

    Sorted by time alone the engine reads no more than it must; sorted by anything else it reads everything. So it is
    first asked for the moments of the page. (10 million calls, 3 % of them wanted: 30 ms instead of 700.)"""
    where, params = _after(listing, where, params, after)
    limited = {**params, "page_limit": limit}
    found = store.query(
        f"""
        SELECT toUnixTimestamp64Micro(ts) AS us
        FROM {listing.table}
        WHERE {where}
        ORDER BY ts DESC
        LIMIT {{page_limit:UInt32}}
        """,
        limited,
    )
    moments = [EPOCH + timedelta(microseconds=int(str(us))) for us in dict.fromkeys(found.column("us"))]
    if not moments:
        return Answer((), (), found.rows_read, found.elapsed_ms)
    of_page = "ts BETWEEN {page_last:DateTime64(6, 'UTC')} AND {page_first:DateTime64(6, 'UTC')}"
    bounds: dict[str, datetime | list[datetime]] = {"page_last": moments[-1], "page_first": moments[0]}
    if len(moments) <= FEW:
        of_page += " AND ts IN {page_moments:Array(DateTime64(6, 'UTC'))}"
        bounds["page_moments"] = moments
    order = ", ".join(f"{column} DESC" for column in ("ts", *listing.ties.values()))
    return store.query(
        f"""
        SELECT {listing.columns}
        FROM {listing.table}
        WHERE {where} AND {of_page}
        ORDER BY {order}
        LIMIT {{page_limit:UInt32}}
        """,
        {**limited, **bounds},
    )


def blocks(
    store: Store, listing: Listing, where: str, params: Mapping[str, object], after: Place | None, limit: int
) -> Iterator[Answer]:
    """All of `newest`, in answers of bounded size."""
    while limit > 0:
        size = min(limit, BLOCK)
        answer = newest(store, listing, where, params, after, size)
        rows = len(answer.columns[0]) if answer.columns else 0
        if rows:
            yield answer
        if rows < size:
            return
        limit -= rows
        after = Place(int(str(answer.column("us")[-1])), tuple(str(answer.column(tie)[-1]) for tie in listing.ties))


def left(store: Store, listing: Listing, where: str, params: Mapping[str, object], after: Place | None) -> int:
    """How many rows `blocks` gives without a limit."""
    where, params = _after(listing, where, params, after)
    answer = store.query(f"SELECT count() AS n FROM {listing.table} WHERE {where}", params)
    return int(str(answer.column("n")[0]))


def _after(
    listing: Listing, where: str, params: Mapping[str, object], after: Place | None
) -> tuple[str, Mapping[str, object]]:
    if after is None:
        return where, params
    names = [f"page_tie_{i}" for i in range(len(listing.ties))]
    at = "fromUnixTimestamp64Micro({page_after:Int64}, 'UTC')"
    ties = ", ".join(f"{{{name}:String}}" for name in names)
    # the second lets the engine skip what is newer; it does not see through the tuple
    older = f"({', '.join(('ts', *listing.ties.values()))}) < ({at}, {ties}) AND ts <= {at}"
    values = dict(zip(names, after.ties, strict=True))
    return f"{where} AND {older}", {**params, "page_after": after.us, **values}
