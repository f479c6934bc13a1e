"""Rows that cannot be read: written by another version of the product, or changed by hand. They stop no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from promptpulse.core.errors import Conflict

Row = TypeVar("Row")
MOST_TOLD = 5


class Unreadable(Conflict):
    code = "unreadable"


def unreadable(what: str, name: str, id_: str) -> Unreadable:
    """`what`: such as "the policy"."""
    said = f"{what} {name!r} ({id_}) cannot be read: another version of PromptPulse wrote it; go back to that, or delete it"
    return Unreadable(said)


def readable(rows: Iterable[Row], read: Callable[[Row], object]) -> tuple[list[Row], list[str]]:
    """Those that `read` can read, and what is wrong with the others."""
    found: list[Row] = []
    problems = []
    for row in rows:
        try:
            read(row)
        except Unreadable as e:
            problems.append(e.message)
        else:
            found.append(row)
    return found, problems


def tell(problems: Sequence[str]) -> None:
    """At the end of a round that did all it could: raises Unreadable with them, so that the job's state tells."""
    if problems:
        more = f"; and {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
        raise Unreadable("; ".join(problems[:MOST_TOLD]) + more)
