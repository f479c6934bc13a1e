"""Storing of events: assignments as those of `evaluate`, everything else as it came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from promptpulse.core.facts import Event
from promptpulse.experiments.assigner import Assigned
from promptpulse.scores.receive import Received

Assign = Callable[[Event], Future[Assigned]]
Write = Callable[[Sequence[Event]], Future[frozenset[str]]]
"""The result are the ids that were stored before."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an event."""

    id: str
    duplicate: bool
    """It was stored before."""
    variant_id: str
    """Of an assignment: that the unit has; of an outcome: that it names. "" for none."""


async def keep(received: Sequence[Received], assign: Assign, write: Write) -> list[Kept]:
    """In order. Assignments first: when they fail, nothing else is stored, and the whole may be sent again.

    Raises `Unavailable`, and `NotFound` when an experiment is not there any more."""
    told = [assign(one.event) for one in received if one.is_assignment]
    answers = iter(await asyncio.gather(*(asyncio.wrap_future(answer) for answer in told)))
    assigned = [next(answers) if one.is_assignment else None for one in received]
    # The assigner itself forwards what it has stored.
    rows = [_row(one, answer) for one, answer in zip(received, assigned, strict=True)]
    known: set[str] = set()
    if some := [row for row in rows if row]:
        before = await asyncio.wrap_future(write(some))
        known |= before
    found = []
    for one, answer, row in zip(received, assigned, rows, strict=True):
        event = row or one.event
        has = answer.variant_id if answer else None
        is_duplicate = event.id in known if row else answer is None or not answer.is_new
        found.append(Kept(event.id, is_duplicate, has or event.variant_id))
        known.add(event.id)  # a second one in this request is a duplicate of the first
    return found


def _row(one: Received, assigned: Assigned | None) -> Event | None:
    """What is written beside the assignment."""
    if assigned is None:
        return one.event
    return None if assigned.variant_id == one.event.variant_id else one.claim
